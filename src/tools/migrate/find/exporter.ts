import { healthFamilies } from '../../../presets/gatewayz/health-families.js';

/** Default names of the exporter's scrape job and of the job that replaces it. */
export const exporterJob = 'health_service_exporter';
export const newJob = 'gatewayz_metrics';

export const exporterPort = '8002';

/** Families of the exporter; the scrape target of this service exports the same names. */
export const exporterFamilies: ReadonlySet<string> = new Set(healthFamilies.map(({ name }) => name));

/** Any metric name with one of the exporter's two prefixes. */
export const exporterMetric = /\bgatewayz_(?:health|availability)_\w+/g;

/** The exporter's name in any spelling. */
export const exporterMention = /health[-_. ]?service[-_. ](?:metrics?[-_. ])?exporter/gi;

const core = ['health', 'service', 'exporter'];
/** Words that may surround the name without naming something else. */
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
 * Whether a scrape target (`host:port`) is the exporter, given the names of its Compose services. `${HOST:-default}`
 * counts as its default, `${HOST}` as its name.
 */
export function isExporterTarget(target: string, serviceNames: ReadonlySet<string>): boolean {
  const named = target.replace(/\$\{(\w+)(?::?-([^}]*))?\}/g, (_, name: string, other?: string) => other ?? name);
  const host = named.replace(/^\w+:\/\//, '').replace(/[:/].*$/s, '');
  return isExporterName(host) || serviceNames.has(host) || isExporterName(host.split('.')[0] ?? '');
}
