import { fileKind, isJsonPath, isYamlPath } from '../stack/file-kind.js';
import type { StackFile } from '../stack/stack.js';
import { parseJson } from '../text/json-source.js';
import { parseYaml, type YamlSource } from '../text/yaml-source.js';
import { composeTraces } from './compose.js';
import { leftoverTraces } from './compose-leftovers.js';
import type { StackFacts } from './facts.js';
import type { FindingKind } from './finding.js';
import { mentionTraces } from './mention-traces.js';
import { dashboardQueries, ruleQueries } from './query-sites.js';
import { queryTraces } from './query-traces.js';
import { scrapeTraces } from './scrape-traces.js';
import type { Trace } from './trace.js';

/** All traces of the exporter in one file, in text order. */
export function fileTraces({ path, text }: Pick<StackFile, 'path' | 'text'>, facts: StackFacts): readonly Trace[] {
  const kind = fileKind(path);
  const structured = structuredTraces(path, text, facts);
  const mentions = mentionTraces(text, isDashboard(path, text) ? 'dashboard' : kind, facts, structured);
  if (mentions.some(({ action }) => action === 'by hand') && isYamlPath(path) && parseYaml(text) === undefined) {
    return mentions.map((trace) => ({ ...trace, why: `${trace.why}; the file does not parse as YAML` }));
  }
  return [...structured, ...mentions].toSorted((a, b) => a.start - b.start);
}

function isDashboard(path: string, text: string): boolean {
  return isJsonPath(path) && /"(?:schemaVersion|panels)"\s*:/.test(text);
}

/** Traces in parsed structures: services, jobs, queries. Only these have edits. */
export function structuredTraces(path: string, text: string, facts: StackFacts): readonly Trace[] {
  if (isJsonPath(path)) {
    const root = parseJson(text);
    return root === undefined ? [] : queryTraces(text, dashboardQueries(root), facts);
  }
  const source = yamlSource(path, text, facts);
  if (source === undefined) return [];
  const cuts = [...entryTraces(source, facts), ...leftoverTraces(source, facts)];
  // Queries inside a removed entry need no trace of their own.
  const stays = (at: number) => !cuts.some(({ action, start, end }) => action === 'remove' && at >= start && at < end);
  return [...cuts, ...queryTraces(text, ruleQueries(source), facts).filter(({ start }) => stays(start))];
}

/** First removable trace of a file, except those of kind `staying`. Lazy, because each one parses the file twice. */
export function firstCut(path: string, text: string, facts: StackFacts, staying?: FindingKind): Trace | undefined {
  const source = yamlSource(path, text, facts);
  if (source === undefined) return undefined;
  for (const trace of entryTraces(source, facts)) if (trace.action === 'remove' && trace.kind !== staying) return trace;
  return undefined;
}

function* entryTraces(source: YamlSource, facts: StackFacts): Generator<Trace> {
  yield* composeTraces(source, facts);
  yield* scrapeTraces(source, facts);
}

function yamlSource(path: string, text: string, facts: StackFacts): YamlSource | undefined {
  const matters = isYamlPath(path) && fileKind(path) !== 'ci script' && canMatter(text, facts);
  return matters ? parseYaml(text) : undefined;
}

/** Whether a text can contain a trace; avoids parsing the others. */
function canMatter(text: string, facts: StackFacts): boolean {
  const names = ['8002', 'SCRAPE_INTERVAL', 'METRICS_PORT', ...facts.hosts, ...facts.jobs];
  return (
    /exporter|gatewayz_(?:health|availability)_/i.test(text) ||
    /\bup\b/.test(text) ||
    names.some((name) => text.includes(name))
  );
}
