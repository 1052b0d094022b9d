import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { withTempFolder } from './temp-folder.js';

/** `code` 0: nothing to complain about. `output` is what promtool said, on either stream. */
export interface Verdict {
  readonly code: number;
  readonly output: string;
}

/** Text of further files that the checked one refers to, by file name. */
type OtherFiles = Readonly<Record<string, string>>;

/** Parses and lints exposition text (0.0.4). Code 3: parses, but breaks conventions. */
export function checkMetrics(text: string): Promise<Verdict> {
  return promtool(['check', 'metrics'], text);
}

export function checkRules(text: string): Promise<Verdict> {
  return withFiles({ 'rules.yml': text }, (folder) => promtool(['check', 'rules', join(folder, 'rules.yml')]));
}

/** Runs a unit test file for rules; it refers to the rule files by their names in `ruleFiles`. */
export function testRules(text: string, ruleFiles: OtherFiles): Promise<Verdict> {
  return withFiles({ ...ruleFiles, 'test.yml': text }, (folder) =>
    promtool(['test', 'rules', join(folder, 'test.yml')]),
  );
}

export function checkConfig(text: string, otherFiles: OtherFiles = {}): Promise<Verdict> {
  return withFiles({ ...otherFiles, 'prometheus.yml': text }, (folder) =>
    promtool(['check', 'config', join(folder, 'prometheus.yml')]),
  );
}

async function promtool(args: readonly string[], stdin = ''): Promise<Verdict> {
  const { code, output } = await runCommand(inject('prometheus').promtool, args, { stdin });
  return { code, output };
}

function withFiles(files: OtherFiles, use: (folder: string) => Promise<Verdict>): Promise<Verdict> {
  return withTempFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return use(folder);
  });
}
