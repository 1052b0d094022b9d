import { hasStructure, isJsonPath } from '../stack/file-kind.js';
import type { StackFile } from '../stack/stack.js';
import { parseJson } from '../text/json-source.js';
import { yamlTree } from '../text/source-tree.js';
import type { YamlSource } from '../text/yaml-source.js';
import { composeTraces } from './compose.js';
import { leftoverTraces } from './compose-leftovers.js';
import type { StackFacts } from './facts.js';
import { querySites } from './query-sites.js';
import { queryTraces } from './query-traces.js';
import { relabelTraces, scrapeTraces } from './scrape-traces.js';
import type { Trace } from './trace.js';

/**
 * Services, dependencies and scrape jobs of a YAML file: what can be removed as an entry. Evaluated lazily, because each
 * one parses the file twice.
 * @param canAdd Whether lists that lack the new job are known to get it.
 */
export function* entryTraces(source: YamlSource, facts: StackFacts, canAdd: boolean): Generator<Trace> {
  yield* composeTraces(source, facts);
  yield* scrapeTraces(source, facts, canAdd);
}

/** Traces that no removal changes: relabelling that is lost, and entries that only removed services use. */
export function sideTraces(source: YamlSource, facts: StackFacts): readonly Trace[] {
  return [...leftoverTraces(source, facts), ...relabelTraces(source, facts)];
}

/** Queries of a YAML file. */
export function yamlQueryTraces(path: string, source: YamlSource, facts: StackFacts): readonly Trace[] {
  const isLoki = /(?:^|[/._-])loki(?:[/._-]|$)/i.test(path);
  return source.documents.flatMap(({ node }) =>
    queryTraces(source.text, querySites(yamlTree(node), 'rule', facts.dataSources, isLoki), facts),
  );
}

/** Queries of a JSON file; undefined if it does not parse. */
export function jsonQueryTraces(text: string, facts: StackFacts): readonly Trace[] | undefined {
  const root = parseJson(text);
  return root && queryTraces(text, querySites(root, 'dashboard', facts.dataSources), facts);
}

export function isDashboard({ path, text }: Pick<StackFile, 'path' | 'text'>): boolean {
  return isJsonPath(path) && /"(?:schemaVersion|panels|elements)"\s*:/.test(text);
}

/** Whether the structure of a YAML text can contain a trace: Compose services or scrape jobs. */
export function hasEntries(text: string, facts: StackFacts): boolean {
  if (!hasStructure(text)) return false;
  const names = ['8002', 'SCRAPE_INTERVAL', 'METRICS_PORT', ...facts.hosts.keys(), ...facts.services];
  return /exporter/i.test(text) || names.some((name) => text.includes(name));
}
