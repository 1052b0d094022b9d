import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** One file of the console's page, in memory. */
export interface PageFile {
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly gzip: Uint8Array;
  /** Strong, without quotes and encoding. */
  readonly etag: string;
  /** Whether the name holds a hash of the content. */
  readonly immutable: boolean;
}

export interface PageFiles {
  /** By path below the page; the page itself is the empty path. */
  readonly files: ReadonlyMap<string, PageFile>;
  /** Name of the page's script: changes with every build. */
  readonly build: string;
}

/** Nothing but own files may run, load or be called; nobody may frame the page; no text becomes markup. */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** Where `npm run build` puts the page: from `dist/` as from `src/`. */
const folder = new URL('../../dist/console/', import.meta.url);

/** Reads the page once. Undefined where its files are not beside this code: a bundler has left them out. */
export function readPageFiles(): PageFiles | undefined {
  try {
    const assets = readdirSync(new URL('assets/', folder)).filter((name) => extensionOf(name) in contentTypes);
    const build = assets.find((name) => name.endsWith('.js'));
    if (build === undefined) return undefined;
    const files = new Map([
      ['', readFile('index.html')],
      ...assets.map((name): [string, PageFile] => [`assets/${name}`, readFile(`assets/${name}`)]),
    ]);
    return { files, build };
  } catch {
    return undefined;
  }
}

function readFile(path: string): PageFile {
  const body = readFileSync(fileURLToPath(new URL(path, folder)));
  return {
    contentType: contentTypes[extensionOf(path)]!,
    body,
    gzip: gzipSync(body, { level: 9 }),
    etag: createHash('sha256').update(body).digest('base64url').slice(0, 24),
    immutable: path.startsWith('assets/'),
  };
}

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
