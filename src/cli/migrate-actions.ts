import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { systemClock } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';
import { readSettings } from '../settings/read-settings.js';
import { type Output, readPlan, runApply } from '../tools/migrate/apply/run-apply.js';
import { runRollback } from '../tools/migrate/apply/run-rollback.js';
import { deprecationNotice } from '../tools/migrate/notice.js';
import { refusedError } from '../tools/migrate/refused-error.js';
import { byHandText, findingsText, progressText, queriesText, verificationText } from '../tools/migrate/report.js';
import { anyJob, type Phase } from '../tools/migrate/rewrite/plan-stack.js';
import { StackFolder } from '../tools/migrate/stack/stack-folder.js';
import { maskKnownSecrets } from '../tools/migrate/text/mask-secrets.js';
import { RangeClient } from '../tools/migrate/verify/range-query.js';
import { saveVerdict } from '../tools/migrate/verify/verdict.js';
import { followJobs, type Verification, type VerifyOptions, verifyJobs } from '../tools/migrate/verify/verify-jobs.js';

const output: Output = {
  show: (text) => process.stdout.write(text),
  note: (text) => process.stderr.write(`${maskKnownSecrets(text)}\n`),
  progress: progressLine(),
};

/** Overwrites one line of a terminal, ten times a second at most; an empty text clears it. Elsewhere nothing is shown. */
function progressLine(): (text: string) => void {
  let shownAt = 0;
  let isShown = false;
  return (text) => {
    const now = systemClock.now();
    if (!process.stderr.isTTY || (text === '' ? !isShown : now - shownAt < 100)) return;
    process.stderr.write(`\r\u001b[K${text}`);
    shownAt = now;
    isShown = text !== '';
  };
}

export async function plan({ root, json }: { readonly root: string; readonly json?: true }): Promise<void> {
  const { findings } = await onStack(root, (folder) => readPlan(folder, anyJob, output));
  const plain = findings.map(({ file, line, kind, action, why }) => {
    return { file, line, kind, action, why: maskKnownSecrets(why) };
  });
  process.stdout.write(json ? `${JSON.stringify({ findings: plain }, undefined, 2)}\n` : findingsText(plain));
}

export interface ApplyFlags {
  readonly root: string;
  readonly phase: Phase;
  readonly target: string;
  readonly prefix: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

export async function apply({ root, phase, target, prefix, dryRun = false, force = false }: ApplyFlags): Promise<void> {
  const options = { phase, target, metricsPath: `${prefix}/metrics`, dryRun, force };
  const findings = await onStack(root, (folder) => runApply(folder, options, systemClock.now(), output));
  const left = phase === 'remove' ? findings : findings.filter(({ kind }) => kind === 'scrape job');
  const rest = queriesText(findings) + byHandText(left);
  if (rest !== '') output.note(`\n${rest.trimEnd()}`);
}

export interface VerifyFlags extends VerifyOptions {
  readonly root: string;
  readonly prometheusUrl?: string;
  readonly follow?: true;
  readonly json?: true;
}

export async function verify({ root, prometheusUrl, follow, json, ...options }: VerifyFlags): Promise<void> {
  await onStack(root, async (folder) => {
    const { oldJob, newJob, window } = options;
    const verification = await compare(prometheusUrl, options, follow === true);
    const { ok, coveredSeconds, families, problems } = verification;
    const at = new Date(verification.at).toISOString();
    const verdict = { ok, at, windowSeconds: window / 1000, oldJob, newJob };
    await saveVerdict(folder.state, verdict);
    const report = { ...verdict, coveredSeconds, families, problems };
    process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : verificationText(verification, window));
    if (!ok) process.exitCode = 1;
  });
}

async function compare(
  prometheusUrl: string | undefined,
  options: VerifyOptions,
  follow: boolean,
): Promise<Verification> {
  const client = new RangeClient(readSettings(prometheusUrl === undefined ? {} : { prometheusUrl }));
  // Never aborted: Ctrl-C ends the process, and nothing is written until the end.
  const { signal } = new AbortController();
  try {
    return follow
      ? await followJobs(client, options, systemClock, signal, progressTeller(options.window))
      : await verifyJobs(client, options, systemClock.now(), signal);
  } finally {
    await client.close();
  }
}

/** Prints every comparison on a terminal, and only changed lines elsewhere. */
function progressTeller(window: number): (look: Verification | string) => void {
  let printed = '';
  return (look) => {
    const line = typeof look === 'string' ? look : progressText(look, window);
    const news = line.replace(/^.*?(?=\()/, '');
    if (process.stderr.isTTY || news !== printed) output.note(line);
    printed = news;
  };
}

export interface RollbackFlags {
  readonly root: string;
  readonly to: 'start' | 'parallel';
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

export async function rollback({ root, to, dryRun = false, force = false }: RollbackFlags): Promise<void> {
  await onStack(root, (folder) => runRollback(folder, { to, dryRun, force }, output));
}

export function notice({ date, prefix }: { readonly date: string; readonly prefix: string }): void {
  process.stdout.write(deprecationNotice({ date, metricsPath: `${prefix}/metrics` }));
}

/** Calls `use` with the folder of the stack. File system errors become refusals with their own message. */
async function onStack<T>(dir: string, use: (folder: StackFolder) => Promise<T>): Promise<T> {
  const found = await stat(dir).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new GatewayzMetricsError('settings_invalid', `--root: expected a directory, got ${resolve(dir)}`);
  }
  try {
    return await use(new StackFolder(await realpath(dir)));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw refusedError(error.message);
    throw error;
  }
}
