import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { settingsTable } from '../../src/settings/read-settings.js';
import { codeBlocks } from '../support/code-blocks.js';
import { checkConfig } from '../support/promtool.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const inFolder = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => join(folder, file));
const documents = ['README.md', ...['docs', 'deploy', 'examples'].flatMap(inFolder)];

/** The anchors of a document's headings, as GitHub makes them. */
function anchors(markdown: string): string[] {
  const headings = markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documents', () => {
  test.each(documents)('%s links only to files and sections that exist', (path) => {
    const links = read(path)
      .replaceAll(/^```[\s\S]*?^```$/gm, '')
      .matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g);
    const broken = [...links].filter(([, file = '', anchor]) => {
      const target = file === '' ? path : relative(root, join(root, dirname(path), file));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchors(read(target)).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test.each(documents)('%s names only settings that exist', (path) => {
    const known = new Set(settingsTable.flatMap(({ env }) => (env === undefined ? [] : [env])));
    const named = [...read(path).matchAll(/(?<![\w$])(?:PROMETHEUS|METRICS|HEALTH|LOKI|LOG)_[A-Z_]+\b/g)].map(
      ([name]) => name,
    );
    // Where Prometheus itself is found for the demo.
    const others = ['PROMETHEUS_BIN'];
    expect(named.filter((name) => !known.has(name as never) && !others.includes(name))).toEqual([]);
  });

  test.each(['docs/integration.md', 'docs/agent-prompt.md'])(
    '%s has scrape jobs that promtool accepts',
    async (path) => {
      const [block] = codeBlocks(path).filter(({ language }) => language === 'yaml');
      const document = parse(block!.text) as object;
      const config = Array.isArray(document) ? { scrape_configs: document } : document;
      const { code, output } = await checkConfig(stringify(config));
      expect(code, output).toBe(0);
      const paths = (config as { scrape_configs: { metrics_path?: string }[] }).scrape_configs.map(
        (job) => job.metrics_path,
      );
      expect(paths).toEqual([undefined, '/prometheus/metrics']);
    },
  );
});
