import { type DashboardSpec, panelIds } from '../panels/panel.js';
import { toYaml } from '../yaml-file.js';
import { type Alert, groupIntervals } from './alerts.js';
import { annotationsOf, type RunbookUrl } from './prometheus-rules.js';

/**
 * Alert rules for Grafana's alerting, as a file for `provisioning/alerting`. Grafana expands environment variables in the
 * file except in annotations, so `$` must not occur elsewhere.
 */
export function grafanaAlertRules(
  alerts: readonly Alert[],
  dashboards: readonly DashboardSpec[],
  datasourceUid: string,
  runbook: RunbookUrl,
): string {
  const groups = Object.entries(groupIntervals).map(([pace, interval]) => ({
    orgId: 1,
    name: `gatewayz-${pace}`,
    folder: 'GatewayZ',
    interval,
    rules: alerts
      .filter((alert) => alert.group === pace)
      .map((alert) => ({
        uid: alert.name.replace(/[A-Z]/g, (letter, at: number) => (at > 0 ? '-' : '') + letter.toLowerCase()),
        title: alert.name,
        condition: 'B',
        data: [valueQuery(alert, datasourceUid), comparison(alert)],
        // No data is no alert; alerts on absence return 0 instead.
        noDataState: 'OK',
        execErrState: 'Error',
        for: alert.pendingFor,
        labels: { severity: alert.severity },
        annotations: { ...annotationsOf(alert, runbook, '$values.A.Value'), ...panelOf(alert, dashboards) },
      })),
  }));
  return toYaml({ apiVersion: 1, groups });
}

function valueQuery({ value }: Alert, datasourceUid: string) {
  return {
    refId: 'A',
    datasourceUid,
    relativeTimeRange: { from: 600, to: 0 },
    model: {
      refId: 'A',
      datasource: { type: 'prometheus', uid: datasourceUid },
      expr: value,
      instant: true,
      range: false,
      editorMode: 'code',
    },
  };
}

function comparison({ fires, threshold }: Alert) {
  const expression = '__expr__';
  return {
    refId: 'B',
    datasourceUid: expression,
    relativeTimeRange: { from: 0, to: 0 },
    model: {
      refId: 'B',
      datasource: { type: expression, uid: expression },
      type: 'threshold',
      expression: 'A',
      conditions: [{ evaluator: { type: fires === 'above' ? 'gt' : 'lt', params: [threshold] } }],
    },
  };
}

/** Annotations that link the alert to its panel in Grafana. */
function panelOf({ dashboard, panel }: Alert, dashboards: readonly DashboardSpec[]): Readonly<Record<string, string>> {
  const spec = dashboards.find(({ uid }) => uid === dashboard);
  const id = spec === undefined ? undefined : panelIds(spec).get(panel);
  if (id === undefined) throw new TypeError(`dashboard ${dashboard} has no panel ${JSON.stringify(panel)}`);
  return { __dashboardUid__: dashboard, __panelId__: String(id) };
}
