import { exporterFamilies, exporterJob, exporterMention, exporterMetric } from './exporter.js';
import type { StackFacts } from './facts.js';
import type { FindingKind } from './finding.js';
import type { Trace } from './trace.js';

/** Settings in an environment file: those that only the exporter reads, and those that this service reads as well. */
const ownSettings = /^\s*(?:export\s+)?(SCRAPE_INTERVAL|METRICS_PORT|REQUEST_TIMEOUT)\s*=/;
const sharedSettings = /^\s*#?\s*(?:export\s+)?(HEALTH_SERVICE_URL|HEALTH_SCRAPE_INTERVAL)\s*=/;

/**
 * Mentions of the exporter in any text, one trace a line, except where `covered` already covers them. Text that names
 * only its metrics needs no change.
 */
export function mentionTraces(
  text: string,
  kind: FindingKind,
  facts: StackFacts,
  covered: readonly Pick<Trace, 'start' | 'end'>[],
): readonly Trace[] {
  const name = nameOf(facts);
  if (!mayMention(text, kind, name)) return [];
  const traces: Trace[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const offset = start;
    const isCovered = (at: number) => covered.some((range) => offset + at >= range.start && offset + at < range.end);
    const found = classifyLine(line, kind, name, isCovered);
    if (found !== undefined) traces.push({ kind, start, end: start + line.length, ...found });
    start += line.length + 1;
  }
  return traces;
}

function classifyLine(
  line: string,
  kind: FindingKind,
  name: RegExp,
  isCovered: (at: number) => boolean,
): Pick<Trace, 'action' | 'why'> | undefined {
  const has = (pattern: RegExp) => [...line.matchAll(pattern)].some(({ index }) => !isCovered(index));
  if (has(exporterMention) || has(name))
    return { action: 'by hand', why: `it names the exporter; ${advice[kind] ?? 'migrate does not change it'}` };
  if (kind === 'environment') {
    const shared = sharedSettings.exec(line)?.[1];
    if (shared !== undefined) return { action: 'keep', why: `gatewayz-metrics reads ${shared} as well` };
    const own = ownSettings.exec(line)?.[1];
    if (own !== undefined)
      return { action: 'by hand', why: `${own} is a setting of the exporter; remove it if nothing else reads it` };
  }
  if (has(portMention)) {
    return { action: 'by hand', why: '8002 was the port of the exporter; remove this if it refers to the exporter' };
  }
  const families = [...line.matchAll(exporterMetric)].filter(({ index }) => !isCovered(index)).map(([name]) => name);
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

const portMention = /[\w\])}]:8002\b|\b8002:\d|\bport\W{1,3}8002\b/gi;

/** Whether any line of a text can have a mention. */
function mayMention(text: string, kind: FindingKind, name: RegExp): boolean {
  return (
    kind === 'environment' ||
    [exporterMention, name, portMention, exporterMetric].some((one) => text.search(one) !== -1)
  );
}

/** Words that name many things; as names of a service or job they count only where a host or a job stands. */
const commonWords: ReadonlySet<string> = new Set([
  ...['agent', 'api', 'app', 'backend', 'collector', 'exporter', 'exporters', 'gateway', 'grafana', 'health', 'job'],
  ...[
    'jobs',
    'metrics',
    'monitor',
    'monitoring',
    'node',
    'probe',
    'prometheus',
    'proxy',
    'scraper',
    'server',
    'service',
  ],
  ...['services', 'stats', 'status', 'web', 'worker'],
]);

/** Names of the exporter's hosts and jobs in this stack. */
function nameOf(facts: StackFacts): RegExp {
  const known = namePatterns.get(facts) ?? namePattern(facts);
  namePatterns.set(facts, known);
  return known;
}

const namePatterns = new WeakMap<StackFacts, RegExp>();

function namePattern({ hosts, jobs, jobsByHand }: StackFacts): RegExp {
  const names = [...new Set([exporterJob, ...hosts.keys(), ...jobs, ...jobsByHand.keys()])];
  const patternOf = (list: readonly string[]) => list.map((name) => name.replace(/[^\w-]/g, '\\$&')).join('|');
  const common = patternOf(names.filter((name) => commonWords.has(name.toLowerCase())));
  const own = `(?<![\\w-])(?:${patternOf(names.filter((name) => !commonWords.has(name.toLowerCase())))})(?![\\w-])`;
  const asHost = `(?<=\\/\\/)(?:${common})(?![\\w-])|(?<![\\w-])(?:${common})(?=:\\d)`;
  const asJob = `(?<=\\bjob\\W{1,6})(?:${common})(?![\\w-])`;
  const asService = `(?<=\\b(?:docker|compose|podman|kubectl)\\b.*\\s)(?:${common})(?![\\w-])`;
  return new RegExp(common === '' ? own : [own, asHost, asJob, asService].join('|'), 'g');
}
