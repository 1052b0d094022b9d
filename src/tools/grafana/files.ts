import { dashboardSpecs } from './dashboards.js';
import { buildDashboard } from './panels/build-dashboard.js';
import type { DashboardSpec } from './panels/panel.js';
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
  /** Labels of the gateway's series that become variables of its dashboards. */
  readonly variables: readonly string[];
  readonly objectives: Objectives;
  readonly datasources: DatasourceOptions;
  readonly runbook: RunbookUrl;
}

/** Content of all Grafana files, by path relative to the output folder. */
export function grafanaFiles(options: GrafanaOptions): ReadonlyMap<string, string> {
  const { datasources } = options;
  const dashboards = specsOf(options).map((spec) => {
    const text = `${JSON.stringify(buildDashboard(spec, datasources.uid), null, 2)}\n`;
    return [`dashboards/${spec.uid}.json`, text] as const;
  });
  const provisioning = new Map([...provisioningFiles(datasources), ['alerting/gatewayz.yml', grafanaAlerts(options)]]);
  return new Map([...dashboards, ...[...provisioning].map(([path, text]) => [`provisioning/${path}`, text] as const)]);
}

/** Content of the file for Grafana's `provisioning/alerting`. */
export function grafanaAlerts(options: GrafanaOptions): string {
  const { queries, objectives, datasources, runbook } = options;
  const catalogueQueries = createQueries(queries);
  return grafanaAlertRules(alerts(catalogueQueries, objectives), specsOf(options), datasources.uid, runbook);
}

function specsOf({ queries, objectives, variables }: GrafanaOptions): readonly DashboardSpec[] {
  const serviceVariables = ['job', 'instance'];
  return dashboardSpecs(
    createQueries({ ...queries, variables }),
    createQueries({ ...queries, serviceVariables }),
    objectives,
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
