import { Command, Option } from 'commander';
import { exporterJob, newJob } from '../tools/migrate/find/exporter.js';
import { dateOption, periodOption, prefixOption, rootOption, targetOption } from './migrate-options.js';

type Actions = typeof import('./migrate-actions.js');

/** `migrate`: removes the health-service-exporter from a stack repository. */
export function migrateCommand(): Command {
  const migrate = new Command('migrate').description(
    'Remove the health-service-exporter from a stack: plan, verify, apply, roll back.',
  );
  for (const command of [plan(), verify(), apply(), rollback(), notice()]) migrate.addCommand(command.exitOverride());
  return migrate;
}

function plan(): Command {
  return new Command('plan')
    .description('List every trace of the exporter and what migrate does about it. Changes nothing.')
    .addOption(rootOption())
    .option('--json', 'print {findings: [{file, line, kind, action, why}]}')
    .action(lazily(({ plan }) => plan));
}

function apply(): Command {
  return new Command('apply')
    .description(
      'Apply a phase: add the new scrape job next to the old one (parallel), or remove the exporter (remove).',
    )
    .addOption(rootOption())
    .addOption(new Option('--phase <phase>', 'phase to apply').choices(['parallel', 'remove']).makeOptionMandatory())
    .addOption(targetOption())
    .addOption(prefixOption())
    .option('--dry-run', 'print the changes as a unified diff without making them')
    .option('--force', 'remove without a passing migrate verify')
    .action(lazily(({ apply }) => apply));
}

function verify(): Command {
  const url = 'Prometheus that scrapes both jobs; default: PROMETHEUS_URL. Credentials come from the environment';
  return new Command('verify')
    .description('Compare both jobs in Prometheus; exit 0 only if the new job can replace the old one.')
    .addOption(rootOption())
    .option('--prometheus-url <url>', url)
    .option('--old-job <name>', 'scrape job of the exporter', exporterJob)
    .option('--new-job <name>', 'scrape job that replaces it', newJob)
    .addOption(periodOption('--window <duration>', 'how far back to compare').default(86_400_000, '24h'))
    .addOption(periodOption('--poll <duration>', 'poll interval of the Health Service; default: detected, else 30s'))
    .option('--follow', 'keep comparing, with progress, until the window is full')
    .option('--json', 'print the comparison as JSON')
    .action(lazily(({ verify }) => verify));
}

function rollback(): Command {
  const to = 'state to restore: start (before the first apply) or parallel (before the removal)';
  return new Command('rollback')
    .description('Restore the exact state before the first apply, or before the removal.')
    .addOption(rootOption())
    .addOption(new Option('--to <state>', to).choices(['start', 'parallel']).default('start'))
    .option('--dry-run', 'print the changes as a unified diff without making them')
    .option('--force', 'also restore files that were edited since')
    .action(lazily(({ rollback }) => rollback));
}

function notice(): Command {
  return new Command('notice')
    .description('Print a deprecation notice for the exporter as Markdown.')
    .addOption(dateOption())
    .addOption(prefixOption())
    .action(lazily(({ notice }) => notice));
}

/** Loads the actions lazily, so that other commands start without YAML and PromQL parsers. */
function lazily<Flags>(choose: (actions: Actions) => (flags: Flags) => void | Promise<void>) {
  return async (flags: Flags): Promise<void> => choose(await import('./migrate-actions.js'))(flags);
}
