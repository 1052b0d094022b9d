import { toYaml } from '../yaml-file.js';
import { type Alert, groupIntervals } from './alerts.js';
import type { RecordingRule } from './recording-rules.js';

/** URL of a page with a section for each alert name; undefined: the runbook of this repository. */
export type RunbookUrl = string | undefined;

/** A rule group of a rule file. */
export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly object[];
}

/** Content of a rule file for Prometheus, Mimir, Thanos or vmalert. */
export function ruleFile(groups: readonly RuleGroup[]): string {
  return toYaml({ groups });
}

export function alertGroups(alerts: readonly Alert[], runbook: RunbookUrl): readonly RuleGroup[] {
  return Object.entries(groupIntervals).map(([pace, interval]) => ({
    name: `gatewayz-alerts-${pace}`,
    interval,
    rules: alerts
      .filter((alert) => alert.group === pace)
      .map((alert) => ({
        alert: alert.name,
        expr: `(${alert.value}) ${alert.fires === 'above' ? '>' : '<'} ${alert.threshold}`,
        for: alert.pendingFor,
        labels: { severity: alert.severity },
        annotations: annotationsOf(alert, runbook, '$value'),
      })),
  }));
}

/** All recording rules in one group, so that they share one evaluation timestamp. */
export function recordingGroup(rules: readonly RecordingRule[]): RuleGroup {
  return { name: 'gatewayz-recording', interval: '30s', rules };
}

/** Annotations of an alert; `value` is the template expression for its value. */
export function annotationsOf(alert: Alert, runbook: RunbookUrl, value: string): Readonly<Record<string, string>> {
  const filled = (template: string): string => template.replaceAll('$value', () => value);
  const anchor = alert.name.toLowerCase();
  return {
    summary: filled(alert.summary),
    description: filled(alert.description),
    ...(runbook === undefined ? { runbook: `docs/operations.md#${anchor}` } : { runbook_url: `${runbook}#${anchor}` }),
  };
}
