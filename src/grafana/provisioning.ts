import { toYaml } from './yaml-file.js';

export interface DatasourceOptions {
  /** Of Prometheus, which is what the dashboards choose at first. */
  readonly uid: string;
  /** As Grafana reaches it. */
  readonly prometheusUrl: string;
  /** This service's Prometheus API, with the prefix, as Grafana reaches it. */
  readonly backendUrl: string;
}

/** Where the dashboards lie for Grafana. */
export const dashboardsFolder = '/var/lib/grafana/dashboards';

/** Files for Grafana's provisioning folder, by their path in it. */
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
    // Grafana fills the variable in; without tokens in METRICS_TOKENS_FILE it may be empty.
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
