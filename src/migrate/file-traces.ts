import { composeTraces } from './compose.js';
import { leftoverTraces } from './compose-leftovers.js';
import { jsonSites, yamlSites } from './expression-site.js';
import { expressionTraces } from './expression-traces.js';
import type { Facts } from './facts.js';
import { fileKind, isJsonPath, isYamlPath } from './file-kind.js';
import type { FindingKind } from './finding.js';
import { parseJson } from './json-source.js';
import { mentionTraces } from './mention-traces.js';
import { scrapeTraces } from './scrape-traces.js';
import type { StackFile } from './stack.js';
import type { Trace } from './trace.js';
import { parseYaml, type YamlSource } from './yaml-source.js';

/** Every trace of the exporter in one file, in the order of its text. */
export function fileTraces({ path, text }: Pick<StackFile, 'path' | 'text'>, facts: Facts): readonly Trace[] {
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

/** Traces in what a parser understands: services, jobs, queries. Only these have edits. */
export function structuredTraces(path: string, text: string, facts: Facts): readonly Trace[] {
  if (isJsonPath(path)) {
    const root = parseJson(text);
    return root === undefined ? [] : expressionTraces(text, jsonSites(root), facts);
  }
  const source = yamlSource(path, text, facts);
  if (source === undefined) return [];
  const cuts = [...entryTraces(source, facts), ...leftoverTraces(source, facts)];
  // What a cut takes with it needs no word of its own.
  const stays = (at: number) => !cuts.some(({ action, start, end }) => action === 'remove' && at >= start && at < end);
  return [...cuts, ...expressionTraces(text, yamlSites(source), facts).filter(({ start }) => stays(start))];
}

/** The first part of a file that can be cut out and is not of a kind that stays. No other is judged: that takes long. */
export function firstCut(path: string, text: string, facts: Facts, staying?: FindingKind): Trace | undefined {
  const source = yamlSource(path, text, facts);
  if (source === undefined) return undefined;
  for (const trace of entryTraces(source, facts)) if (trace.action === 'remove' && trace.kind !== staying) return trace;
  return undefined;
}

function* entryTraces(source: YamlSource, facts: Facts): Generator<Trace> {
  yield* composeTraces(source, facts);
  yield* scrapeTraces(source, facts);
}

function yamlSource(path: string, text: string, facts: Facts): YamlSource | undefined {
  const matters = isYamlPath(path) && fileKind(path) !== 'ci script' && canMatter(text, facts);
  return matters ? parseYaml(text) : undefined;
}

/** Spares parsing what cannot have a trace. */
function canMatter(text: string, facts: Facts): boolean {
  const names = ['8002', 'SCRAPE_INTERVAL', 'METRICS_PORT', ...facts.hosts, ...facts.jobs];
  return (
    /exporter|gatewayz_(?:health|availability)_/i.test(text) ||
    /\bup\b/.test(text) ||
    names.some((name) => text.includes(name))
  );
}
