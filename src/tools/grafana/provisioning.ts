import { toYaml } from './yaml-file.js';

export interface DatasourceOptions {
  /** Uid of the Prometheus datasource, the default of all dashboards. */
  readonly uid: string;
  /** URL of Prometheus as seen from Grafana. */
  readonly prometheusUrl: string;
  /** URL of this service's Prometheus API, with the prefix, as seen from Grafana. */
  readonly backendUrl: string;
}

/** Dashboards folder in the Grafana container. */
export const dashboardsFolder = '/var/lib/grafana/dashboards';

/** Content of Grafana's provisioning files, by path relative to the provisioning folder. */
export function provisioningFiles({ uid, prometheusUrl, backendUrl }: DatasourceOptions): ReadonlyMap<string, string> {
  const query = { httpMethod: 'POST', timeInterval: '15s' };
  const prometheus = {
    name: 'Prometheus',
    uid,
    type: 'prometheus',
    access: 'proxy',
    url: prometheusUrl,
    jsonData: query,
  };
  const backend = {
    name: 'GatewayZ metrics',
    uid: 'gatewayz-metrics',
    type: 'prometheus',
    access: 'proxy',
    url: backendUrl,
    jsonData: { ...query, manageAlerts: false, httpHeaderName1: 'Authorization' },
    // Grafana expands the variable. It may be empty if no tokens are configured.
    secureJsonData: { httpHeaderValue1: 'Bearer $GATEWAYZ_METRICS_TOKEN' },
  };
  const provider = {
    name: 'GatewayZ',
    orgId: 1,
    folder: 'GatewayZ',
    type: 'file',
    updateIntervalSeconds: 30,
    allowUiUpdates: false,
    options: { path: dashboardsFolder },
  };
  return new Map([
    ['datasources/prometheus.yml', toYaml({ apiVersion: 1, datasources: [prometheus] })],
    ['datasources/gatewayz-metrics.yml', toYaml({ apiVersion: 1, datasources: [backend] })],
    ['dashboards/gatewayz.yml', toYaml({ apiVersion: 1, providers: [provider] })],
  ]);
}
