import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { systemClock } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';
import { exporterJob, newJob } from '../migrate/exporter.js';
import { maskSecrets } from '../migrate/mask-secrets.js';
import { deprecationNotice } from '../migrate/notice.js';
import { RangeClient } from '../migrate/range-query.js';
import { readStack } from '../migrate/read-stack.js';
import { refusal } from '../migrate/refusal.js';
import { byHandText, findingsText, progressText, queriesText, verificationText } from '../migrate/report.js';
import type { Phase } from '../migrate/rewrite-stack.js';
import { runApply, type Voice } from '../migrate/run-apply.js';
import { runRollback } from '../migrate/run-rollback.js';
import { StateFolder } from '../migrate/state-folder.js';
import { surveyStack } from '../migrate/survey-stack.js';
import { keepVerdict } from '../migrate/verdict.js';
import { followJobs, type Verification, verifyJobs } from '../migrate/verify-jobs.js';
import { readSettings } from '../settings.js';
import { dateOption, periodOption, prefixOption, rootOption, targetOption } from './migrate-options.js';

const voice: Voice = {
  show: (text) => process.stdout.write(text),
  note: (text) => process.stderr.write(`${maskSecrets(text)}\n`),
};

/** `migrate`: takes the health-service-exporter out of a stack repository, with a proof in between and a way back. */
export function migrateCommand(): Command {
  const migrate = new Command('migrate').description(
    'Leave the health-service-exporter behind, with proof and a way back.',
  );
  for (const command of [plan(), verify(), apply(), rollback(), notice()]) migrate.addCommand(command.exitOverride());
  return migrate;
}

function plan(): Command {
  return new Command('plan')
    .description('Find every trace of the exporter and say what happens to it. Changes nothing.')
    .addOption(rootOption())
    .option('--json', 'print {findings: [{file, line, kind, action, why}]}')
    .action(
      guarded(async ({ root, json }: { root: string; json?: true }) => {
        const { findings } = surveyStack(await readStack(await stackRoot(root)));
        const plain = findings.map(({ file, line, kind, action, why }) => ({
          file,
          line,
          kind,
          action,
          why: maskSecrets(why),
        }));
        process.stdout.write(json ? `${JSON.stringify({ findings: plain }, undefined, 2)}\n` : findingsText(plain));
      }),
    );
}

interface ApplyFlags {
  readonly root: string;
  readonly phase: Phase;
  readonly target: string;
  readonly prefix: string;
  readonly dryRun?: true;
  readonly force?: true;
}

function apply(): Command {
  return new Command('apply')
    .description('Apply a phase: add the new scrape job beside the old one, or take the exporter out.')
    .addOption(rootOption())
    .addOption(new Option('--phase <phase>', 'what to do').choices(['parallel', 'remove']).makeOptionMandatory())
    .addOption(targetOption())
    .addOption(prefixOption())
    .option('--dry-run', 'print the changes as a unified diff and make none')
    .option('--force', 'remove without a verdict of migrate verify')
    .action(
      guarded(async ({ root, phase, target, prefix, dryRun, force }: ApplyFlags) => {
        const options = {
          phase,
          target,
          metricsPath: `${prefix}/metrics`,
          dryRun: dryRun ?? false,
          force: force ?? false,
        };
        const { findings } = await runApply(await stackRoot(root), options, Date.now(), voice);
        const rest = phase === 'remove' ? queriesText(findings) + byHandText(findings) : queriesText(findings);
        if (rest !== '') voice.note(`\n${rest.trimEnd()}`);
      }),
    );
}

interface VerifyFlags {
  readonly root: string;
  readonly prometheusUrl?: string;
  readonly oldJob: string;
  readonly newJob: string;
  readonly window: number;
  readonly poll?: number;
  readonly follow?: true;
  readonly json?: true;
}

function verify(): Command {
  return new Command('verify')
    .description('Compare both jobs in Prometheus; exit 0 only when the new one can replace the old one.')
    .addOption(rootOption())
    .option(
      '--prometheus-url <url>',
      'the Prometheus that scrapes both; default: PROMETHEUS_URL, which also has its credentials',
    )
    .option('--old-job <name>', 'scrape job of the exporter', exporterJob)
    .option('--new-job <name>', 'scrape job that replaces it', newJob)
    .addOption(periodOption('--window <duration>', 'how far back to compare').default(86_400_000, '24h'))
    .addOption(periodOption('--poll <duration>', 'how often the Health Service is polled; default: as seen, else 30s'))
    .option('--follow', 'go on, showing progress, until the window is full')
    .option('--json', 'print the comparison as JSON')
    .action(
      guarded(async ({ root, prometheusUrl, follow, json, ...options }: VerifyFlags) => {
        const folder = new StateFolder(await stackRoot(root));
        const client = new RangeClient(readSettings(prometheusUrl === undefined ? {} : { prometheusUrl }));
        try {
          const { signal } = new AbortController();
          const tell = progressTeller(options.window);
          const verification = follow
            ? await followJobs(client, options, systemClock, signal, tell)
            : await verifyJobs(client, options, systemClock.now(), signal);
          const { oldJob, newJob: fresh } = options;
          const at = new Date(verification.at).toISOString();
          const verdict = { ok: verification.ok, at, windowSeconds: options.window / 1000, oldJob, newJob: fresh };
          await keepVerdict(folder, verdict);
          const { coveredSeconds, families, faults } = verification;
          const report = { ...verdict, coveredSeconds, families, faults };
          process.stdout.write(
            json ? `${JSON.stringify(report, undefined, 2)}\n` : verificationText(verification, options.window),
          );
          if (!verification.ok) process.exitCode = 1;
        } finally {
          await client.close();
        }
      }),
    );
}

/** On a terminal every look is told; elsewhere, where lines are kept, only what is new. */
function progressTeller(window: number): (look: Verification | string) => void {
  let told = '';
  return (look) => {
    const line = typeof look === 'string' ? look : progressText(look, window);
    const news = line.replace(/^.*?(?=\()/, '');
    if (process.stderr.isTTY || news !== told) voice.note(line);
    told = news;
  };
}

interface RollbackFlags {
  readonly root: string;
  readonly to: 'start' | 'parallel';
  readonly dryRun?: true;
  readonly force?: true;
}

function rollback(): Command {
  return new Command('rollback')
    .description('Restore exactly what was there before the first apply, or before the removal.')
    .addOption(rootOption())
    .addOption(
      new Option('--to <state>', 'start: before the first apply; parallel: before the removal')
        .choices(['start', 'parallel'])
        .default('start'),
    )
    .option('--dry-run', 'print the changes as a unified diff and make none')
    .option('--force', 'restore files that were edited since as well')
    .action(
      guarded(async ({ root, to, dryRun, force }: RollbackFlags) => {
        await runRollback(await stackRoot(root), { to, dryRun: dryRun ?? false, force: force ?? false }, voice);
      }),
    );
}

function notice(): Command {
  return new Command('notice')
    .description('Print a deprecation notice for the exporter as Markdown.')
    .addOption(dateOption())
    .addOption(prefixOption())
    .action(({ date, prefix }: { date: string; prefix: string }) => {
      process.stdout.write(deprecationNotice({ date, metricsPath: `${prefix}/metrics` }));
    });
}

/** The root without links in its path. */
async function stackRoot(dir: string): Promise<string> {
  const found = await stat(dir).catch(() => undefined);
  if (found?.isDirectory()) return realpath(dir);
  throw new GatewayzMetricsError('settings_invalid', `--root: expected a directory, got ${resolve(dir)}`);
}

/** What the file system refuses is told in its own words, without a stack trace. */
function guarded<Flags>(action: (flags: Flags) => Promise<void>): (flags: Flags) => Promise<void> {
  return async (flags) => {
    try {
      await action(flags);
    } catch (error) {
      if (error instanceof Error && 'syscall' in error) throw refusal(error.message);
      throw error;
    }
  };
}
