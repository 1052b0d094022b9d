import { isCollection, isMap, isScalar } from 'yaml';
import { type Removal, removeEntry } from '../text/remove-entry.js';
import type { EntryPlace } from '../text/values-without.js';
import { type Entry, entriesOf } from '../text/yaml-entry.js';
import type { YamlSource } from '../text/yaml-source.js';
import { entryOf, keyText, walkYaml } from '../text/yaml-walk.js';
import { type ExporterSigns, exporterSigns, isFields } from './compose-service.js';
import type { StackFacts } from './facts.js';
import type { Trace } from './trace.js';

export interface ComposeService {
  readonly name: string;
  readonly signs: ExporterSigns;
  readonly place: EntryPlace;
  readonly removal: Removal;
}

/**
 * Services of a Compose file with signs of the exporter. Empty for other files.
 * @param hosts Services that other files identify as the exporter.
 */
export function exporterServices(source: YamlSource, hosts: ReadonlySet<string>): readonly ComposeService[] {
  return source.documents.flatMap(({ node, value }, document) => {
    const services = isFields(value) && isFields(value['services']) ? value['services'] : {};
    const collection = entryOf(node.contents, 'services')?.value;
    if (!isCollection(collection) || !isMap(collection)) return [];
    return collection.items.flatMap(({ key }, index) => {
      const name = keyText(key);
      const signs = exporterSigns(name, services[name], hosts);
      if (signs === undefined) return [];
      const place = { source, document, collection, index };
      return { name, signs, place, removal: removeEntry(place) };
    });
  });
}

/** Exporter services and their dependents, evaluated lazily because each parses the file twice. */
export function* composeTraces(source: YamlSource, facts: StackFacts): Generator<Trace> {
  const services = exporterServices(source, facts.hosts).map((service) => serviceTrace(source.text, service, facts));
  yield* services;
  const gone = services.filter(({ action }) => action === 'remove');
  for (const { entry, judge } of dependencies(source, facts)) {
    if (!gone.some(({ start, end }) => entry.start >= start && entry.start < end)) yield judge();
  }
}

function serviceTrace(text: string, { name, signs, place, removal }: ComposeService, facts: StackFacts): Trace {
  const { start, end } = entriesOf(text, place.collection)[place.index]!;
  const why = `the service ${signs.signs.join(', ')}`;
  const trace = { kind: 'compose service', start, end } as const;
  if (facts.services.has(name) && signs.certain && 'edits' in removal) {
    return { ...trace, action: 'remove', why, edits: removal.edits };
  }
  const reason = signs.certain
    ? (facts.staying.get(name) ?? 'another service needs it')
    : 'that is not proof that it is the exporter; remove it if it is';
  return { ...trace, action: 'by hand', why: `${why}; ${reason}` };
}

const dependencyKeys: ReadonlySet<string> = new Set(['depends_on', 'links']);

interface Dependency {
  readonly entry: Entry;
  readonly judge: () => Trace;
}

/** Entries of `depends_on` and `links` that name a removed service, anywhere in the file. */
function* dependencies(source: YamlSource, facts: StackFacts): Generator<Dependency> {
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
        yield { entry, judge: () => dependencyTrace(entry, place, whole, name) };
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
