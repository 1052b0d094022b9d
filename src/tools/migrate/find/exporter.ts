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

/** Host names of the exporter, each with the ports it listens on there. */
export type ExporterHosts = ReadonlyMap<string, ReadonlySet<string>>;

/** Host and port of a scrape target or URL. `${NAME:-default}` counts as its default, `${NAME}` as its name. */
export function hostAndPort(target: string): { readonly host: string; readonly port: string | undefined } {
  const plain = target
    .replace(/\$\{(\w+)(?::?-([^}]*))?\}/g, (_, name: string, other?: string) => other ?? name)
    .replace(/^\w+:\/\//, '')
    .replace(/[/?#].*$/s, '');
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(plain) ?? [];
  return { host, port };
}

/**
 * Whether a scrape target is the exporter: by its host, and by its port where it has one. A port that is not a number, such
 * as a variable, is taken for the right one.
 */
export function isExporterTarget(target: string, hosts: ExporterHosts): boolean {
  const { host, port } = hostAndPort(target);
  const ports = hosts.get(host) ?? hosts.get(host.split('.')[0] ?? '');
  const isNamed = isExporterName(host) || isExporterName(host.split('.')[0] ?? '');
  if (ports === undefined && !isNamed) return false;
  return port === undefined || !/^\d+$/.test(port) || port === exporterPort || (ports?.has(port) ?? false);
}
