import { isCollection, isMap, isScalar } from 'yaml';
import { removeEntry } from '../text/remove-entry.js';
import type { EntryPlace } from '../text/values-without.js';
import { type Collection, type Entry, entriesOf } from '../text/yaml-entry.js';
import type { YamlSource } from '../text/yaml-source.js';
import { entryOf, keyText, walkYaml } from '../text/yaml-walk.js';
import { type ExporterSigns, exporterSigns, servicesOf } from './compose-service.js';
import type { StackFacts } from './facts.js';
import type { Trace } from './trace.js';

export interface ComposeService {
  readonly name: string;
  readonly definition: unknown;
  readonly signs: ExporterSigns;
  readonly place: EntryPlace;
}

/**
 * Services of a Compose file with signs of the exporter. Empty for other files.
 * @param hosts Services that other files identify as the exporter.
 */
export function exporterServices(
  source: YamlSource,
  hosts: Pick<ReadonlySet<string>, 'has'>,
): readonly ComposeService[] {
  return source.documents.flatMap(({ node, value }, document) => {
    const { services, isTop } = servicesOf(value);
    const collection = isTop ? node.contents : entryOf(node.contents, 'services')?.value;
    if (!isCollection(collection) || !isMap(collection)) return [];
    return collection.items.flatMap(({ key }, index) => {
      const name = keyText(key);
      const definition = services[name];
      const signs = exporterSigns(name, definition, hosts);
      if (signs === undefined) return [];
      return { name, definition, signs, place: { source, document, collection: collection as Collection, index } };
    });
  });
}

/**
 * Exporter services of a file that only this file keeps: they cannot be removed from it, or another service of the file
 * depends on them in a way that cannot be removed. Name → reason.
 */
export function keptServices(source: YamlSource, facts: StackFacts): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  const own = exporterServices(source, facts.hosts).filter(
    ({ name, signs }) => signs.certain && facts.services.has(name),
  );
  for (const { name, place } of own) {
    const removal = removeEntry(place);
    if ('refused' in removal) kept.set(name, removal.refused);
  }
  for (const { name, entry, trace } of dependencies(source, facts)) {
    const isInside = own.some(({ place }) => isWithin(entry, entriesOf(source.text, place.collection)[place.index]!));
    const isOwn = own.some((service) => service.name === name);
    if (isOwn && !isInside && trace().action === 'by hand') kept.set(name, 'another service depends on it');
  }
  return kept;
}

/** Exporter services and their dependents, evaluated lazily because each parses the file twice. */
export function* composeTraces(source: YamlSource, facts: StackFacts): Generator<Trace> {
  const gone: Trace[] = [];
  for (const service of exporterServices(source, facts.hosts)) {
    const trace = serviceTrace(source.text, service, facts);
    if (trace.action === 'remove') gone.push(trace);
    yield trace;
  }
  for (const { entry, trace } of dependencies(source, facts)) {
    if (!gone.some((service) => isWithin(entry, service))) yield trace();
  }
}

function isWithin(entry: Entry, { start, end }: Entry): boolean {
  return entry.start >= start && entry.start < end;
}

function serviceTrace(text: string, { name, signs, place }: ComposeService, facts: StackFacts): Trace {
  const { start, end } = entriesOf(text, place.collection)[place.index]!;
  const why = `the service ${signs.signs.join(', ')}`;
  const trace = { kind: 'compose service', start, end } as const;
  if (!signs.certain) {
    return {
      ...trace,
      action: 'by hand',
      why: `${why}; that is not proof that it is the exporter; remove it if it is`,
    };
  }
  if (!facts.services.has(name)) {
    return { ...trace, action: 'by hand', why: `${why}; ${facts.staying.get(name) ?? 'another service needs it'}` };
  }
  const removal = removeEntry(place);
  return 'edits' in removal
    ? { ...trace, action: 'remove', why, edits: removal.edits }
    : { ...trace, action: 'by hand', why: `${why}; ${removal.refused}` };
}

const dependencyKeys: ReadonlySet<string> = new Set(['depends_on', 'links']);

interface Dependency {
  /** The service depended on. */
  readonly name: string;
  readonly entry: Entry;
  readonly trace: () => Trace;
}

/** Entries of `depends_on` and `links` that name a removed service, anywhere in the file. */
function* dependencies(source: YamlSource, facts: StackFacts): Generator<Dependency> {
  if (!/depends_on|links/.test(source.text)) return;
  for (const [document, { node: root }] of source.documents.entries()) {
    // An anchored list elsewhere is a dependency list where an alias uses it as one.
    const anchors = new Set<string>();
    for (const { node, path } of walkYaml(root)) {
      if (dependencyKeys.has(String(path.at(-1))) && 'source' in node && typeof node.source === 'string')
        anchors.add(node.source);
    }
    for (const { node, path, parent } of walkYaml(root)) {
      if (!isCollection(node)) continue;
      const listed = dependencyKeys.has(String(path.at(-1))) || (node.anchor !== undefined && anchors.has(node.anchor));
      if (!listed) continue;
      for (const [index, entry] of entriesOf(source.text, node).entries()) {
        const name = isMap(node) ? keyText(node.items[index]?.key) : scalarText(node.items[index]).replace(/:.*$/, '');
        if (!facts.services.has(name)) continue;
        const place = { source, document, collection: node, index };
        const isValue = parent !== undefined && dependencyKeys.has(String(path.at(-1)));
        const whole = isValue ? { source, document, ...parent } : undefined;
        yield { name, entry, trace: () => dependencyTrace(entry, place, whole, name) };
      }
    }
  }
}

function dependencyTrace({ start, end }: Entry, place: EntryPlace, whole: EntryPlace | undefined, name: string): Trace {
  const isLast = place.collection.items.length === 1;
  const withKey = isLast && whole !== undefined ? removeEntry(whole) : undefined;
  const removal = withKey !== undefined && 'edits' in withKey ? withKey : removeEntry(place);
  const trace = { kind: 'depends_on', start, end } as const;
  return 'edits' in removal
    ? { ...trace, action: 'remove', why: `depends on the service ${name}, which is removed`, edits: removal.edits }
    : { ...trace, action: 'by hand', why: `depends on the service ${name}, which is removed; ${removal.refused}` };
}

function scalarText(node: unknown): string {
  return isScalar(node) ? String(node.value) : '';
}
