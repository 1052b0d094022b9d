import { exporterPort, isExporterName } from './exporter.js';

/** Signs that a Compose service is the exporter. */
export interface ExporterSigns {
  /** Whether the signs prove it. */
  readonly certain: boolean;
  /** As in "builds ./health-service-exporter". */
  readonly signs: readonly string[];
  /** Build context as written; the Dockerfile where the context is the root. */
  readonly builtFrom: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Looks for signs of the exporter in a service, aliases resolved. Undefined: there are none.
 * @param hosts Services that another file identifies as the exporter; a definition with neither image nor build overrides them.
 */
export function exporterSigns(
  name: string,
  definition: unknown,
  hosts: Pick<ReadonlySet<string>, 'has'> = new Set(),
): ExporterSigns | undefined {
  const service = isFields(definition) ? definition : {};
  const build: Fields = isFields(service['build']) ? service['build'] : { context: service['build'] };
  const context = typeof build['context'] === 'string' ? build['context'] : undefined;
  const image = typeof service['image'] === 'string' ? imageName(service['image']) : undefined;
  const called = ['container_name', 'hostname'].find((key) => isExporterName(String(service[key] ?? '')));
  const signs = [
    isExporterName(name) && `is named ${name}`,
    context !== undefined && isExporterName(lastSegment(context)) && `builds ${context}`,
    image !== undefined && isExporterName(image) && `runs the image ${image}`,
    called !== undefined && `has the ${called} of the exporter`,
    hosts.has(name) && !isExporterName(name) && isAddition(service) && `overrides ${name} of another file`,
  ].filter((sign) => sign !== false);
  const weak = [
    publishesPort(service) && `publishes port ${exporterPort}`,
    hasExporterSettings(service) && 'has the settings of the exporter',
  ].filter((sign) => sign !== false);
  if (signs.length + weak.length === 0) return undefined;
  const replaced = /gatewayz-metrics/.test(`${image} ${context}`);
  return {
    certain: !replaced && (signs.length > 0 || weak.length > 1),
    signs: [...signs, ...weak],
    builtFrom: builtFrom(build),
  };
}

function builtFrom({ context, dockerfile }: Fields): string | undefined {
  const path = typeof context === 'string' && /^[./]*$/.test(context) ? dockerfile : context;
  return typeof path === 'string' && path !== '' && !path.includes(':') ? path : undefined;
}

function isAddition({ image, build }: Fields): boolean {
  return image === undefined && build === undefined;
}

/** `registry/team/name:tag@digest` → `name` */
function imageName(image: string): string {
  return lastSegment(image.replace(/@.*$/, '')).replace(/:.*$/, '');
}

function lastSegment(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

function publishesPort(service: Fields): boolean {
  const ports = [service['ports'], service['expose']].flat();
  return ports.some((port) => {
    const text = isFields(port) ? `${String(port['published'])}:${String(port['target'])}` : String(port);
    return new RegExp(`(?:^|[:-])${exporterPort}(?:$|[:}/])`).test(text);
  });
}

/** Whether the environment has both HEALTH_SERVICE_URL and a setting that only the exporter reads. */
function hasExporterSettings(service: Fields): boolean {
  const environment = service['environment'];
  const names = Array.isArray(environment)
    ? environment.map((line) => String(line).replace(/=.*$/s, ''))
    : Object.keys(isFields(environment) ? environment : {});
  return (
    names.includes('HEALTH_SERVICE_URL') && names.some((name) => name === 'SCRAPE_INTERVAL' || name === 'METRICS_PORT')
  );
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names under which a service is reached, and its ports: those it publishes (on either side) or exposes, and METRICS_PORT. */
export function serviceAddress(
  name: string,
  definition: unknown,
): { hosts: readonly string[]; ports: readonly string[] } {
  const service = isFields(definition) ? definition : {};
  const hosts = [name, service['container_name'], service['hostname']].filter((host) => typeof host === 'string');
  const listed = [service['ports'], service['expose']].flat().flatMap((port) => {
    const text = isFields(port) ? `${String(port['published'])}:${String(port['target'])}` : String(port);
    return text.replace(/^\d+\.\d+\.\d+\.\d+:/, '').match(/\d+/g) ?? [];
  });
  const environment = service['environment'];
  const lines = Array.isArray(environment)
    ? environment.map(String)
    : Object.entries(isFields(environment) ? environment : {}).map(([key, value]) => `${key}=${String(value)}`);
  const own = lines.flatMap((line) => /^METRICS_PORT=.*?(\d+)\D*$/.exec(line)?.[1] ?? []);
  return { hosts, ports: [exporterPort, ...listed, ...own].filter((port) => /^\d+$/.test(port)) };
}

/** Keys of services in Compose files of version 1, which have no `services`. */
const firstVersionKeys: ReadonlySet<string> = new Set([
  ...['build', 'cap_add', 'cap_drop', 'cgroup_parent', 'command', 'container_name', 'cpu_shares', 'cpuset', 'devices'],
  ...['dns', 'dns_search', 'dockerfile', 'domainname', 'entrypoint', 'env_file', 'environment', 'expose', 'extends'],
  ...['external_links', 'extra_hosts', 'hostname', 'image', 'ipc', 'labels', 'links', 'log_driver', 'log_opt'],
  ...['logging', 'mac_address', 'mem_limit', 'memswap_limit', 'net', 'pid', 'ports', 'privileged', 'read_only'],
  ...['restart', 'security_opt', 'stdin_open', 'stop_signal', 'tty', 'ulimits', 'user', 'volume_driver', 'volumes'],
  ...['volumes_from', 'working_dir'],
]);

/** Services of a document: those under `services`, or, in version 1 of the format, all its keys. */
export function servicesOf(value: unknown): { readonly isTop: boolean; readonly services: Fields } {
  if (isFields(value) && isFields(value['services'])) return { isTop: false, services: value['services'] };
  const services = isFields(value) ? value : {};
  const definitions = Object.values(services);
  const isService = (one: unknown) =>
    isFields(one) &&
    Object.keys(one).every((key) => firstVersionKeys.has(key)) &&
    (typeof one['image'] === 'string' || 'build' in one);
  const isTop = definitions.length > 0 && definitions.every(isService);
  return { isTop, services: isTop ? services : {} };
}
