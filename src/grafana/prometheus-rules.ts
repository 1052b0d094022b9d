import { type Alert, paces } from './alerts.js';
import type { RecordingRule } from './recording-rules.js';
import { toYaml } from './yaml-file.js';

/** Where the runbook is: a page with a section of each alert's name; undefined: this repository's. */
export type RunbookUrl = string | undefined;

/** A group of a rule file. */
export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly object[];
}

/** A rule file for Prometheus, Mimir, Thanos or vmalert. */
export function ruleFile(groups: readonly RuleGroup[]): string {
  return toYaml({ groups });
}

export function alertGroups(alerts: readonly Alert[], runbook: RunbookUrl): readonly RuleGroup[] {
  return Object.entries(paces).map(([pace, interval]) => ({
    name: `gatewayz-alerts-${pace}`,
    interval,
    rules: alerts
      .filter((alert) => alert.pace === pace)
      .map((alert) => ({
        alert: alert.name,
        expr: `(${alert.value}) ${alert.fires === 'above' ? '>' : '<'} ${alert.threshold}`,
        for: alert.lasting,
        labels: { severity: alert.severity },
        annotations: annotationsOf(alert, runbook, '$value'),
      })),
  }));
}

/** One group, so that everything in it is of one instant. */
export function recordingGroup(rules: readonly RecordingRule[]): RuleGroup {
  return { name: 'gatewayz-recording', interval: '30s', rules };
}

/** `value` is how the evaluator's templates call the value. */
export function annotationsOf(alert: Alert, runbook: RunbookUrl, value: string): Readonly<Record<string, string>> {
  const filled = (template: string): string => template.replaceAll('$value', () => value);
  const anchor = alert.name.toLowerCase();
  return {
    summary: filled(alert.summary),
    description: filled(alert.description),
    ...(runbook === undefined ? { runbook: `docs/operations.md#${anchor}` } : { runbook_url: `${runbook}#${anchor}` }),
  };
}
