import { exporterFamilies, exporterJob, exporterMention, exporterMetric } from './exporter.js';
import type { StackFacts } from './facts.js';
import type { FindingKind } from './finding.js';
import type { Trace } from './trace.js';

/** Settings in an environment file: those that only the exporter reads, and those that this service reads as well. */
const ownSettings = /^\s*(?:export\s+)?(SCRAPE_INTERVAL|METRICS_PORT|REQUEST_TIMEOUT)\s*=/;
const sharedSettings = /^\s*#?\s*(?:export\s+)?(HEALTH_SERVICE_URL|HEALTH_SCRAPE_INTERVAL)\s*=/;

/**
 * Mentions of the exporter in any text, one trace a line, except where `spokenFor` already covers them. Text that names
 * only its metrics needs no change.
 */
export function mentionTraces(
  text: string,
  kind: FindingKind,
  facts: StackFacts,
  spokenFor: readonly Trace[],
): readonly Trace[] {
  const traces: Trace[] = [];
  const ranges = spokenFor.flatMap((trace) => [trace, ...(trace.action === 'remove' ? (trace.edits ?? []) : [])]);
  let start = 0;
  for (const line of text.split('\n')) {
    const offset = start;
    const isSpokenFor = (at: number) => ranges.some((range) => offset + at >= range.start && offset + at < range.end);
    const judged = classifyLine(line, kind, facts, isSpokenFor);
    if (judged !== undefined) traces.push({ kind, start, end: start + line.length, ...judged });
    start += line.length + 1;
  }
  return traces;
}

function classifyLine(
  line: string,
  kind: FindingKind,
  facts: StackFacts,
  isSpokenFor: (at: number) => boolean,
): Pick<Trace, 'action' | 'why'> | undefined {
  const has = (pattern: RegExp) => [...line.matchAll(pattern)].some(({ index }) => !isSpokenFor(index));
  if (has(exporterMention) || has(nameOf(facts)))
    return { action: 'by hand', why: `it names the exporter; ${advice[kind] ?? 'migrate does not change it'}` };
  if (kind === 'environment') {
    const shared = sharedSettings.exec(line)?.[1];
    if (shared !== undefined) return { action: 'keep', why: `gatewayz-metrics reads ${shared} as well` };
    const own = ownSettings.exec(line)?.[1];
    if (own !== undefined)
      return { action: 'by hand', why: `${own} is a setting of the exporter; remove it if nothing else reads it` };
  }
  if (has(/[\w\])}]:8002\b|\b8002:\d|\bport\W{1,3}8002\b/gi)) {
    return { action: 'by hand', why: '8002 was the port of the exporter; remove this if it refers to the exporter' };
  }
  const families = [...line.matchAll(exporterMetric)].filter(({ index }) => !isSpokenFor(index)).map(([name]) => name);
  if (families.length === 0) return undefined;
  const known = families.some(
    (name) => exporterFamilies.has(name) || [...exporterFamilies].some((family) => family.startsWith(name)),
  );
  return {
    action: 'keep',
    why: known ? 'the metrics keep their names' : `${families[0]} was never a metric of the exporter`,
  };
}

const advice: Partial<Record<FindingKind, string>> = {
  'ci script': 'a step that builds, starts or queries the exporter will fail',
  environment: 'remove the line',
  document: 'rewrite it',
};

/** Names of the exporter's services and jobs in this stack. */
function nameOf(facts: StackFacts): RegExp {
  const names = [exporterJob, ...facts.services, ...facts.jobs].map((name) => name.replace(/[^\w-]/g, '\\$&'));
  return new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`, 'g');
}
