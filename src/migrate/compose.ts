import { isCollection, isMap, isScalar } from 'yaml';
import { type Evidence, exporterEvidence, isFields } from './compose-service.js';
import type { Facts } from './facts.js';
import { type Removal, removeEntry } from './remove-entry.js';
import type { Trace } from './trace.js';
import type { EntryPlace } from './values-without.js';
import { type Entry, entriesOf } from './yaml-entry.js';
import type { YamlSource } from './yaml-source.js';
import { entryOf, keyText, walkYaml } from './yaml-walk.js';

export interface ComposeService {
  readonly name: string;
  readonly evidence: Evidence;
  readonly place: EntryPlace;
  readonly removal: Removal;
}

/**
 * The services of a Compose file that are the exporter or look like it; none in a file of another kind.
 * @param hosts Services that are the exporter by what other files say.
 */
export function exporterServices(source: YamlSource, hosts: ReadonlySet<string>): readonly ComposeService[] {
  return source.documents.flatMap(({ node, value }, document) => {
    const services = isFields(value) && isFields(value['services']) ? value['services'] : {};
    const collection = entryOf(node.contents, 'services')?.value;
    if (!isCollection(collection) || !isMap(collection)) return [];
    return collection.items.flatMap(({ key }, index) => {
      const name = keyText(key);
      const evidence = exporterEvidence(name, services[name], hosts);
      if (evidence === undefined) return [];
      const place = { source, document, collection, index };
      return { name, evidence, place, removal: removeEntry(place) };
    });
  });
}

/** The services themselves, and what depends on them. Each is judged when it is asked for: that parses the file twice. */
export function* composeTraces(source: YamlSource, facts: Facts): Generator<Trace> {
  const services = exporterServices(source, facts.hosts).map((service) => serviceTrace(source.text, service, facts));
  yield* services;
  const gone = services.filter(({ action }) => action === 'remove');
  for (const { entry, judge } of dependencies(source, facts)) {
    if (!gone.some(({ start, end }) => entry.start >= start && entry.start < end)) yield judge();
  }
}

function serviceTrace(text: string, { name, evidence, place, removal }: ComposeService, facts: Facts): Trace {
  const { start, end } = entriesOf(text, place.collection)[place.index]!;
  const why = `the service ${evidence.signs.join(', ')}`;
  const trace = { kind: 'compose service', start, end } as const;
  if (facts.services.has(name) && evidence.certain && 'edits' in removal) {
    return { ...trace, action: 'remove', why, edits: removal.edits };
  }
  const reason = evidence.certain
    ? (facts.staying.get(name) ?? 'a service that stays needs it')
    : 'that alone does not make it the exporter: take it out if it is';
  return { ...trace, action: 'by hand', why: `${why}; ${reason}` };
}

const dependencyKeys: ReadonlySet<string> = new Set(['depends_on', 'links']);

interface Dependency {
  readonly entry: Entry;
  readonly judge: () => Trace;
}

/** Entries of `depends_on` and `links` that name a service that goes, wherever in the file they stand. */
function* dependencies(source: YamlSource, facts: Facts): Generator<Dependency> {
  for (const [document, { node: root }] of source.documents.entries()) {
    // An alias stands for a list elsewhere in the file: an anchor is a dependency list when an alias uses it as one.
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
    ? { ...trace, action: 'remove', why: `waits for the service ${name}, which goes`, edits: removal.edits }
    : { ...trace, action: 'by hand', why: `waits for the service ${name}, which goes; ${removal.refused}` };
}

function scalarText(node: unknown): string {
  return isScalar(node) ? String(node.value) : '';
}
