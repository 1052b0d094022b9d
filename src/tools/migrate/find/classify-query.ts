import { exporterFamilies, exporterJob, exporterMetric, newJob } from './exporter.js';
import type { StackFacts } from './facts.js';
import type { FindingAction } from './finding.js';
import { matchJobs, selectedSeries } from './match-jobs.js';
import { type OverlapEffect, type QuerySelector, readSelectors } from './query-selectors.js';

/** What the migration does with a query. */
export interface QueryClassification {
  readonly action: FindingAction;
  readonly why: string;
  /** Job names to replace, with their offsets in the query. */
  readonly renames: readonly { readonly at: number; readonly job: string }[];
  /** What the query shows while both jobs are scraped, if that differs. */
  readonly overlap?: VisibleOverlap;
}

export type VisibleOverlap = Exclude<OverlapEffect, 'merged'>;

/** Classifies a query of a panel, variable or rule. Undefined: it does not concern the exporter. */
export function classifyQuery(query: string, facts: StackFacts, isAlert: boolean): QueryClassification | undefined {
  const selectors = readSelectors(query);
  if (selectors === undefined) return concernsExporter(query, facts) ? unreadable : undefined;
  const matches = selectors.map((selector) => ({ selector, match: matchJobs(selector, facts) }));
  const of = (wanted: string) => matches.filter(({ match }) => match === wanted).map(({ selector }) => selector);
  const byHand = (why: string): QueryClassification => ({ action: 'by hand', why, renames: [] });
  const renames = of('rename').flatMap((selector) => renamesIn(query, selector, facts));

  if (of('old only').length > 0) return byHand(`it selects the exporter in a way that does not match ${newJob}`);
  if (of('excludes').length > 0)
    return byHand(`it excludes the exporter by its job; decide whether to exclude ${newJob} too`);
  if (isAlert && matches.some(({ match }) => match === 'both' || match === 'rename') && looksBack(selectors)) {
    return byHand('it will fire for the removed job until its offset has passed; silence it until then');
  }
  if (renames.length > 0) {
    const fires = of('rename').some(({ isAbsent }) => isAbsent) ? '; unchanged, it would fire forever' : '';
    return {
      action: 'replace',
      why: `it selects the job ${renames[0]?.job}, which becomes ${newJob}${fires}`,
      renames,
    };
  }
  const shared = [...of('both'), ...of('variable')];
  if (shared.some((selector) => selectedSeries(selector) === 'family')) return classifyFamilies(shared, isAlert);
  if (shared.length > 0) return keep(targetReason(shared, isAlert));
  const family = selectors.find((selector) => selectedSeries(selector) === 'family');
  if (family !== undefined) return keep(`it selects ${family.name ?? 'these families'} of another job`);
  const unknown = selectors.find(({ name }) => name?.search(exporterMetric) === 0);
  return unknown && keep(`${unknown.name} was never a metric of the exporter`);
}

function keep(why: string): QueryClassification {
  return { action: 'keep', why, renames: [] };
}

const unreadable: QueryClassification = {
  action: 'by hand',
  why: 'it mentions the exporter and does not parse as PromQL',
  renames: [],
};

function concernsExporter(query: string, facts: StackFacts): boolean {
  return [...exporterFamilies, exporterJob, ...facts.jobs].some((name) => query.includes(name));
}

function classifyFamilies(selectors: readonly QuerySelector[], isAlert: boolean): QueryClassification {
  const families = selectors.filter((selector) => selectedSeries(selector) === 'family');
  const variable = families.some(({ matchers }) =>
    matchers.some(({ label, value }) => label === 'job' && value.includes('$')),
  );
  const works = variable ? 'it keeps working: the job comes from a variable' : 'it keeps working: no job matcher';
  const order = ['fails', 'added', 'apart'] as const;
  const overlap = order.find((kind) => families.some(({ overlap }) => overlap === kind));
  if (overlap === undefined) return keep(works);
  const effect = {
    apart: isAlert ? 'fires once per job' : 'shows each series twice',
    added: 'counts double',
    fails: 'fails or returns no value',
  };
  return { ...keep(`${works}; ${effect[overlap]} while both jobs are scraped`), overlap };
}

function targetReason(selectors: readonly QuerySelector[], isAlert: boolean): string {
  if (selectors.some(({ overlap }) => overlap === 'added')) {
    return 'it counts targets: one more while both jobs are scraped, then as many as before';
  }
  return isAlert
    ? `it matches every job: it fires when the exporter stops and until its scrape job is removed; then it covers ${newJob}`
    : `it matches every job: ${newJob} replaces the exporter`;
}

/** `up offset 1h unless up` matches series that disappeared. */
function looksBack(selectors: readonly QuerySelector[]): boolean {
  return selectors.some(({ isOffset }) => isOffset) && selectors.some(({ isOffset }) => !isOffset);
}

function renamesIn(query: string, { matchers }: QuerySelector, facts: StackFacts): QueryClassification['renames'] {
  return matchers.flatMap(({ label, from, to }) => {
    if (label !== 'job') return [];
    const names = [...new Set([exporterJob, ...facts.jobs])].toSorted((a, b) => b.length - a.length);
    const escaped = names.map((name) => name.replace(/[^\w-]/g, '\\$&'));
    const pattern = new RegExp(`(?<![\\w-])(?:${escaped.join('|')})(?![\\w-])`, 'g');
    return [...query.slice(from, to).matchAll(pattern)].map((found) => ({ at: from + found.index, job: found[0] }));
  });
}
