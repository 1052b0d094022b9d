import { isCollection } from 'yaml';
import { isFields } from './compose-service.js';
import type { Facts } from './facts.js';
import type { Trace } from './trace.js';
import { type Collection, entriesOf } from './yaml-entry.js';
import type { YamlSource } from './yaml-source.js';
import { entryOf } from './yaml-walk.js';

const shared = ['volumes', 'networks', 'secrets', 'configs'] as const;

/** Volumes, networks, secrets and configs of a Compose file that only services that go have used: a person knows whether their content is needed. */
export function leftoverTraces(source: YamlSource, facts: Facts): readonly Trace[] {
  return source.documents.flatMap(({ node: root, value }) => {
    const services = isFields(value) && isFields(value['services']) ? Object.entries(value['services']) : [];
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
        const why = `no service that stays uses the entry ${name} of ${kind}: take it out if nothing else does`;
        return [{ kind: 'compose service', action: 'by hand', why, start: entry.start, end: entry.end }] as const;
      });
    });
  });
}

/** `[data:/path, { source: data }]` or `{ data: … }` → the names. */
function namesIn(list: unknown): readonly string[] {
  if (isFields(list)) return Object.keys(list);
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => (isFields(item) ? String(item['source']) : String(item).replace(/:.*$/s, '')));
}
