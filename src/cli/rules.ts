import { Command, Option } from 'commander';
import { readGrafanaOptions, withGrafanaOptions } from './grafana-options.js';

type Given = Parameters<typeof readGrafanaOptions>[0] & {
  readonly kind: 'alerts' | 'recording' | 'all';
  readonly format: 'prometheus' | 'grafana';
};

export function rulesCommand(): Command {
  const command = new Command('rules')
    .description('Print alert rules and recording rules as YAML.')
    .addOption(new Option('--kind <kind>', 'which rules').choices(['alerts', 'recording', 'all']).default('alerts'))
    .addOption(
      new Option('--format <format>', 'target of the rules; recording rules are for Prometheus only')
        .choices(['prometheus', 'grafana'])
        .default('prometheus'),
    );
  return withGrafanaOptions(command).action(async (given: Given, self: Command) => {
    const { kind, format } = given;
    if (format === 'grafana' && kind !== 'alerts') self.error(`error: --format grafana prints alerts, not ${kind}`);
    const options = readGrafanaOptions(given);
    const { grafanaAlerts, ruleGroups } = await import('../tools/grafana/files.js');
    const { ruleFile } = await import('../tools/grafana/rules/prometheus-rules.js');
    const groups = ruleGroups(options);
    process.stdout.write(
      format === 'grafana'
        ? grafanaAlerts(options)
        : ruleFile(kind === 'all' ? [...groups.recording, ...groups.alerts] : groups[kind]),
    );
  });
}
