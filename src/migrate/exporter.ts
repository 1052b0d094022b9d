import { healthFamilies } from '../catalogue/health.js';

/** The job that the exporter was scraped as, and the one that takes its place. */
export const exporterJob = 'health_service_exporter';
export const newJob = 'gatewayz_metrics';

export const exporterPort = '8002';

/** The families that the exporter wrote, and that the scrape target of this service writes under the same names. */
export const exporterFamilies: ReadonlySet<string> = new Set(healthFamilies.map(({ name }) => name));

/** Any name of the exporter's two prefixes, its families or not. */
export const exporterMetric = /\bgatewayz_(?:health|availability)_\w+/g;

/** The exporter called by name, however the words are joined. */
export const exporterMention = /health[-_. ]?service[-_. ](?:metrics?[-_. ])?exporter/gi;

const core = ['health', 'service', 'exporter'];
/** Words that may stand around the name without making it the name of something else. */
const around = new Set([
  ...['gatewayz', 'gw', 'metrics', 'monitoring', 'railway', 'internal', 'svc', 'app', 'local', 'target', 'host'],
  ...['production', 'prod', 'staging', 'stage', 'development', 'dev', 'test', 'qa', 'eu', 'us'],
]);

/** Whether a service, job, image, host or directory of this name is the exporter: `gatewayz-health-service-exporter-staging`. */
export function isExporterName(name: string): boolean {
  const words = name.toLowerCase().split(/[-_. ]+/);
  const rest = words.filter((word) => !core.includes(word));
  const own = words.filter((word) => core.includes(word));
  return own.join() === core.join() && rest.every((word) => around.has(word) || /^(?:v?\d+)?$/.test(word));
}

/**
 * Whether `host:port`, as scrape targets are written, is the exporter, given the names its compose services have. Of
 * `${HOST:-default}` the default is judged, of `${HOST}` the name.
 */
export function isExporterTarget(target: string, serviceNames: ReadonlySet<string>): boolean {
  const named = target.replace(/\$\{(\w+)(?::?-([^}]*))?\}/g, (_, name: string, other?: string) => other ?? name);
  const host = named.replace(/^\w+:\/\//, '').replace(/[:/].*$/s, '');
  return isExporterName(host) || serviceNames.has(host) || isExporterName(host.split('.')[0] ?? '');
}
