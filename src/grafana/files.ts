import { alerts } from './alerts.js';
import { buildDashboard } from './build-dashboard.js';
import { dashboardSpecs } from './dashboards.js';
import { grafanaAlertRules } from './grafana-alerts.js';
import type { Objectives } from './objectives.js';
import { alertGroups, type RuleGroup, type RunbookUrl, recordingGroup } from './prometheus-rules.js';
import { type DatasourceOptions, provisioningFiles } from './provisioning.js';
import { createQueries, type QueryOptions } from './queries.js';
import { recordingRules } from './recording-rules.js';

/** What the user's stack is like. */
export interface GrafanaOptions {
  readonly queries: QueryOptions;
  readonly objectives: Objectives;
  readonly datasources: DatasourceOptions;
  readonly runbook: RunbookUrl;
}

/** Everything for Grafana, by the path below a folder of one's choice. */
export function grafanaFiles(options: GrafanaOptions): ReadonlyMap<string, string> {
  const { queries, objectives, datasources } = options;
  const dashboards = dashboardSpecs(createQueries(queries), objectives).map((spec) => {
    const text = `${JSON.stringify(buildDashboard(spec, datasources.uid), null, 2)}\n`;
    return [`dashboards/${spec.uid}.json`, text] as const;
  });
  const provisioning = new Map([...provisioningFiles(datasources), ['alerting/gatewayz.yml', grafanaAlerts(options)]]);
  return new Map([...dashboards, ...[...provisioning].map(([path, text]) => [`provisioning/${path}`, text] as const)]);
}

/** The alerts alone, for `provisioning/alerting` of Grafana. */
export function grafanaAlerts({ queries, objectives, datasources, runbook }: GrafanaOptions): string {
  const asked = createQueries(queries);
  return grafanaAlertRules(alerts(asked, objectives), dashboardSpecs(asked, objectives), datasources.uid, runbook);
}

/** Groups of rules for Prometheus, by kind. */
export function ruleGroups({ queries, objectives, runbook }: GrafanaOptions): {
  readonly alerts: readonly RuleGroup[];
  readonly recording: readonly RuleGroup[];
} {
  return {
    alerts: alertGroups(alerts(createQueries(queries), objectives), runbook),
    recording: [recordingGroup(recordingRules(queries))],
  };
}
