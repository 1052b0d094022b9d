import { isCollection } from 'yaml';
import { type Collection, entriesOf } from '../text/yaml-entry.js';
import type { YamlSource } from '../text/yaml-source.js';
import { entryOf } from '../text/yaml-walk.js';
import { exporterServices } from './compose.js';
import { isFields, servicesOf } from './compose-service.js';
import { isExporterName } from './exporter.js';
import type { StackFacts } from './facts.js';
import type { Trace } from './trace.js';

const shared = ['volumes', 'networks', 'secrets', 'configs'] as const;

/** Entries of a Compose file that only removed services use. Listed for manual removal. */
export function leftoverTraces(source: YamlSource, facts: StackFacts): readonly Trace[] {
  return [...sharedTraces(source, facts), ...buildTraces(source, facts)];
}

/** Volumes, networks, secrets and configs that no remaining service uses. */
function sharedTraces(source: YamlSource, facts: StackFacts): readonly Trace[] {
  return source.documents.flatMap(({ node: root, value }) => {
    const services = Object.entries(servicesOf(value).services);
    const [going, staying] = [true, false].map((goes) =>
      services.filter(([name]) => facts.services.has(name) === goes).map(([, service]) => service),
    );
    return shared.flatMap((kind) => {
      const collection = entryOf(root.contents, kind)?.value;
      const declared = isFields(value) && isFields(value[kind]) ? Object.keys(value[kind]) : [];
      if (!isCollection(collection)) return [];
      return declared.flatMap((name, index) => {
        const uses = (service: unknown) => isFields(service) && namesIn(service[kind]).includes(name);
        const entry = entriesOf(source.text, collection as Collection)[index];
        if (entry === undefined || !(going ?? []).some(uses) || (staying ?? []).some(uses)) return [];
        const why = `no remaining service uses ${kind}.${name}; remove it if nothing else uses it`;
        return [{ kind: 'compose service', action: 'by hand', why, start: entry.start, end: entry.end }] as const;
      });
    });
  });
}

/** Build directories of removed services, except those named like the exporter (see exporter-directories). */
function buildTraces(source: YamlSource, facts: StackFacts): readonly Trace[] {
  return exporterServices(source, facts.hosts).flatMap(({ name, signs, place }) => {
    const { certain, builtFrom } = signs;
    if (!certain || !facts.services.has(name) || builtFrom === undefined) return [];
    if (builtFrom.split('/').some(isExporterName)) return [];
    const { start, end } = entriesOf(source.text, place.collection)[place.index]!;
    const why = `the service ${name} is built from ${builtFrom}; delete it if nothing else needs it`;
    return [{ kind: 'directory', action: 'by hand', why, start, end }] as const;
  });
}

/** `[data:/path, { source: data }]` or `{ data: … }` → the names. */
function namesIn(list: unknown): readonly string[] {
  if (isFields(list)) return Object.keys(list);
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => (isFields(item) ? String(item['source']) : String(item).replace(/:.*$/s, '')));
}
