import { dashboardSpecs } from './dashboards.js';
import { buildDashboard } from './panels/build-dashboard.js';
import { type DatasourceOptions, provisioningFiles } from './provisioning.js';
import { createQueries, type QueryOptions } from './queries/queries.js';
import { alerts } from './rules/alerts.js';
import { grafanaAlertRules } from './rules/grafana-alerts.js';
import { alertGroups, type RuleGroup, type RunbookUrl, recordingGroup } from './rules/prometheus-rules.js';
import { recordingRules } from './rules/recording-rules.js';
import type { Objectives } from './rules/service-level-objectives.js';

/** Options of `dashboards` and `rules`. */
export interface GrafanaOptions {
  readonly queries: QueryOptions;
  readonly objectives: Objectives;
  readonly datasources: DatasourceOptions;
  readonly runbook: RunbookUrl;
}

/** Content of all Grafana files, by path relative to the output folder. */
export function grafanaFiles(options: GrafanaOptions): ReadonlyMap<string, string> {
  const { queries, objectives, datasources } = options;
  const dashboards = dashboardSpecs(createQueries(queries), objectives).map((spec) => {
    const text = `${JSON.stringify(buildDashboard(spec, datasources.uid), null, 2)}\n`;
    return [`dashboards/${spec.uid}.json`, text] as const;
  });
  const provisioning = new Map([...provisioningFiles(datasources), ['alerting/gatewayz.yml', grafanaAlerts(options)]]);
  return new Map([...dashboards, ...[...provisioning].map(([path, text]) => [`provisioning/${path}`, text] as const)]);
}

/** Content of the file for Grafana's `provisioning/alerting`. */
export function grafanaAlerts({ queries, objectives, datasources, runbook }: GrafanaOptions): string {
  const catalogueQueries = createQueries(queries);
  return grafanaAlertRules(
    alerts(catalogueQueries, objectives),
    dashboardSpecs(catalogueQueries, objectives),
    datasources.uid,
    runbook,
  );
}

/** Rule groups for Prometheus, by kind. */
export function ruleGroups({ queries, objectives, runbook }: GrafanaOptions): {
  readonly alerts: readonly RuleGroup[];
  readonly recording: readonly RuleGroup[];
} {
  return {
    alerts: alertGroups(alerts(createQueries(queries), objectives), runbook),
    recording: [recordingGroup(recordingRules(queries))],
  };
}
