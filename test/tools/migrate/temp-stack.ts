import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { type MigrateResult, runMigrate } from './run-migrate.js';

export interface PlanLine {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly action: string;
  readonly why: string;
}

/** A stack repository in a temporary folder, removed with the test. */
export interface TempStack {
  readonly root: string;
  write(files: Readonly<Record<string, string | Buffer>>): Promise<void>;
  read(path: string): Promise<string>;
  plan(): Promise<readonly PlanLine[]>;
  /** Applies the phase `remove` with --force, the target being `backend:8000`. */
  remove(...args: readonly string[]): Promise<MigrateResult>;
}

/** A scrape configuration with one job of the exporter. */
export const scrapeConfig = [
  'scrape_configs:',
  '  - job_name: health_service_exporter',
  '    static_configs:',
  "      - targets: ['health-service-exporter:8002']",
  '',
].join('\n');

export async function tempStack(files: Readonly<Record<string, string | Buffer>>): Promise<TempStack> {
  const root = await tempFolder();
  onTestFinished(() => removeFolder(root));
  const stack: TempStack = {
    root,
    async write(more) {
      for (const [path, content] of Object.entries(more)) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), content);
      }
    },
    read: (path) => readFile(join(root, path), 'utf8'),
    async plan() {
      const { stdout } = await runMigrate('plan', '--root', root, '--json');
      return (JSON.parse(stdout) as { findings: PlanLine[] }).findings;
    },
    remove: (...args) =>
      runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'backend:8000', '--force', ...args),
  };
  await stack.write(files);
  return stack;
}
