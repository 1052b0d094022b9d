import { exporterPort, isExporterName } from './exporter.js';

/** Why a compose service is the exporter, and whether that is beyond doubt. */
export interface Evidence {
  readonly certain: boolean;
  /** As in "builds ./health-service-exporter". */
  readonly signs: readonly string[];
  /** Path of the build context as it is written, or, where that is no folder of its own, of the Dockerfile. */
  readonly builtFrom: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Judges a service by its name and its definition with aliases resolved. Undefined: nothing about it is the exporter's.
 * @param hosts Services that are the exporter by what another file says of them: a definition here that has neither image
 * nor build adds to that one.
 */
export function exporterEvidence(
  name: string,
  definition: unknown,
  hosts: ReadonlySet<string> = new Set(),
): Evidence | undefined {
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
    hosts.has(name) && !isExporterName(name) && isAddition(service) && `adds to ${name} of another file`,
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

/** Both the source it polls and a name for its period that only the exporter has. */
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
