import { isCollection, isMap, isScalar } from 'yaml';
import { type Evidence, exporterEvidence, isFields } from './compose-service.js';
import type { Facts } from './facts.js';
import { type Removal, removeEntry } from './remove-entry.js';
import type { Trace } from './trace.js';
import type { EntryPlace } from './values-without.js';
import { entriesOf } from './yaml-entry.js';
import type { YamlSource } from './yaml-source.js';
import { entryOf, keyText, walkYaml } from './yaml-walk.js';

export interface ComposeService {
  readonly name: string;
  readonly evidence: Evidence;
  /** Why only a person can take it out. */
  readonly blocked: string | undefined;
  readonly place: EntryPlace;
  readonly removal: Removal;
}

/** The services of a Compose file that are the exporter or look like it; none in a file of another kind. */
export function exporterServices(source: YamlSource): readonly ComposeService[] {
  return source.documents.flatMap(({ node, value }, document) => {
    const services = isFields(value) && isFields(value['services']) ? value['services'] : {};
    const collection = entryOf(node.contents, 'services')?.value;
    if (!isCollection(collection) || !isMap(collection)) return [];
    return collection.items.flatMap(({ key }, index) => {
      const name = keyText(key);
      const evidence = exporterEvidence(name, services[name]);
      if (evidence === undefined) return [];
      const place = { source, document, collection, index };
      const removal = removeEntry(place);
      const refused = 'refused' in removal ? removal.refused : undefined;
      return { name, evidence, blocked: blockedBy(services, name) ?? refused, place, removal };
    });
  });
}

/** The services themselves, and what depends on them. */
export function composeTraces(source: YamlSource, facts: Facts): readonly Trace[] {
  const services = exporterServices(source).map((service) => serviceTrace(source.text, service, facts));
  const inside = (offset: number) =>
    services.some(({ start, end, action }) => action === 'remove' && offset >= start && offset < end);
  return [...services, ...dependencyTraces(source, facts).filter(({ start }) => !inside(start))];
}

function serviceTrace(text: string, { name, evidence, blocked, place, removal }: ComposeService, facts: Facts): Trace {
  const { start, end } = entriesOf(text, place.collection)[place.index]!;
  const why = `the service ${evidence.signs.join(', ')}`;
  const trace = { kind: 'compose service', start, end } as const;
  if (facts.services.has(name) && evidence.certain && 'edits' in removal) {
    return { ...trace, action: 'remove', why, edits: removal.edits };
  }
  const reason = evidence.certain
    ? (blocked ?? 'a service that stays needs it')
    : 'that alone does not make it the exporter: take it out if it is';
  return { ...trace, action: 'by hand', why: `${why}; ${reason}` };
}

/** Another service that cannot be without this one, in a way that no cut settles. */
function blockedBy(services: Readonly<Record<string, unknown>>, name: string): string | undefined {
  for (const [other, definition] of Object.entries(services)) {
    if (other === name || !isFields(definition)) continue;
    const { extends: base } = definition;
    const extended = isFields(base) && base['file'] === undefined ? base['service'] : base;
    if (extended === name) return `the service ${other} extends it`;
    const joined = ['network_mode', 'pid', 'ipc'].find((key) => definition[key] === `service:${name}`);
    if (joined !== undefined) return `the service ${other} shares its ${joined.replace('_mode', '')}`;
  }
  return undefined;
}

const dependencyKeys: ReadonlySet<string> = new Set(['depends_on', 'links']);

/** Entries of `depends_on` and `links` that name a service that goes, wherever in the file they stand. */
function dependencyTraces(source: YamlSource, facts: Facts): readonly Trace[] {
  const traces: Trace[] = [];
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
        const whole = parent && dependencyKeys.has(String(path.at(-1))) && { source, document, ...parent };
        traces.push(dependencyTrace(entry, place, whole === false ? undefined : whole, name));
      }
    }
  }
  return traces;
}

function dependencyTrace(
  { start, end }: { start: number; end: number },
  place: EntryPlace,
  whole: EntryPlace | undefined,
  name: string,
): Trace {
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
