import { Command, Option } from 'commander';
import { exporterJob, newJob } from '../migrate/exporter.js';
import { dateOption, periodOption, prefixOption, rootOption, targetOption } from './migrate-options.js';

type Actions = typeof import('./migrate-actions.js');

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
    .action(lazily(({ plan }) => plan));
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
    .action(lazily(({ apply }) => apply));
}

function verify(): Command {
  const url = 'the Prometheus that scrapes both; default: PROMETHEUS_URL, which also has its credentials';
  return new Command('verify')
    .description('Compare both jobs in Prometheus; exit 0 only when the new one can replace the old one.')
    .addOption(rootOption())
    .option('--prometheus-url <url>', url)
    .option('--old-job <name>', 'scrape job of the exporter', exporterJob)
    .option('--new-job <name>', 'scrape job that replaces it', newJob)
    .addOption(periodOption('--window <duration>', 'how far back to compare').default(86_400_000, '24h'))
    .addOption(periodOption('--poll <duration>', 'how often the Health Service is polled; default: as seen, else 30s'))
    .option('--follow', 'go on, showing progress, until the window is full')
    .option('--json', 'print the comparison as JSON')
    .action(lazily(({ verify }) => verify));
}

function rollback(): Command {
  const to = 'start: before the first apply; parallel: before the removal';
  return new Command('rollback')
    .description('Restore exactly what was there before the first apply, or before the removal.')
    .addOption(rootOption())
    .addOption(new Option('--to <state>', to).choices(['start', 'parallel']).default('start'))
    .option('--dry-run', 'print the changes as a unified diff and make none')
    .option('--force', 'restore files that were edited since as well')
    .action(lazily(({ rollback }) => rollback));
}

function notice(): Command {
  return new Command('notice')
    .description('Print a deprecation notice for the exporter as Markdown.')
    .addOption(dateOption())
    .addOption(prefixOption())
    .action(lazily(({ notice }) => notice));
}

/** Other commands start without the parsers that only this one needs. */
function lazily<Flags>(choose: (actions: Actions) => (flags: Flags) => void | Promise<void>) {
  return async (flags: Flags): Promise<void> => choose(await import('./migrate-actions.js'))(flags);
}
