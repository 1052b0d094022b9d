import type { YamlSource } from '../text/yaml-source.js';
import { exporterSigns, isFields, servicesOf } from './compose-service.js';

/** A dependency between services that removing an entry does not resolve. */
export interface ServiceNeed {
  readonly by: string;
  readonly of: string;
  /** Such as "extends it". */
  readonly how: string;
  /** Whether the dependent service is the exporter; its dependency is removed with it. */
  readonly isExporter: boolean;
}

/** Dependencies that block the removal of a service. @param hosts Services that any file identifies as the exporter. */
export function serviceNeeds(source: YamlSource, hosts: Pick<ReadonlySet<string>, 'has'>): readonly ServiceNeed[] {
  return source.documents.flatMap(({ value }) => {
    const services = Object.entries(servicesOf(value).services);
    return services.flatMap(([by, definition]) => {
      if (!isFields(definition)) return [];
      const isExporter = exporterSigns(by, definition, hosts)?.certain ?? false;
      return [...neededBy(definition)]
        .filter(([of]) => of !== by || isExtendedElsewhere(definition))
        .map(([of, how]) => ({ by, of, how, isExporter }));
    });
  });
}

function neededBy(service: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const { extends: base, build, volumes_from: mounted } = service;
  const needed = new Map<string, string>();
  const add = (name: unknown, how: string) => typeof name === 'string' && needed.set(name, how);
  add(isFields(base) ? base['service'] : base, 'extends it');
  for (const [key, what] of Object.entries({ network_mode: 'network', pid: 'pid', ipc: 'ipc' }))
    add(serviceIn(service[key]), `shares its ${what}`);
  for (const name of Array.isArray(mounted) ? mounted : []) add(String(name).replace(/:.*$/, ''), 'mounts its volumes');
  const contexts = isFields(build) ? build['additional_contexts'] : undefined;
  for (const context of isFields(contexts) ? Object.values(contexts) : Array.isArray(contexts) ? contexts : [])
    add(serviceIn(String(context).replace(/^[^=]*=/, '')), 'is built from its image');
  return needed;
}

function isExtendedElsewhere({ extends: base }: Readonly<Record<string, unknown>>): boolean {
  return isFields(base) && base['file'] !== undefined;
}

/** `service:name` → `name` */
function serviceIn(value: unknown): string | undefined {
  return typeof value === 'string' ? /^service:(.+)$/.exec(value)?.[1] : undefined;
}
