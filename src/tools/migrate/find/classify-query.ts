import { exporterFamilies, exporterJob, exporterMention, exporterMetric, newJob } from './exporter.js';
import type { StackFacts } from './facts.js';
import type { FindingAction } from './finding.js';
import { accepts, matchJobs, selectedSeries } from './match-jobs.js';
import type { QueryLanguage } from './query-language.js';
import { type OverlapEffect, type QuerySelector, type ReadQuery, readQuery } from './query-selectors.js';

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
export function classifyQuery(
  query: string,
  facts: StackFacts,
  isAlert: boolean,
  language: Exclude<QueryLanguage, 'other'> = 'promql',
): QueryClassification | undefined {
  const read = readQuery(query);
  if (read === undefined) return concernsExporter(query, facts) ? unreadable : undefined;
  const { selectors } = read;
  const matches = selectors.map((selector) => ({ selector, match: matchJobs(selector, facts) }));
  const of = (wanted: string) => matches.filter(({ match }) => match === wanted).map(({ selector }) => selector);
  const byHand = (why: string): QueryClassification => ({ action: 'by hand', why, renames: [] });
  const renames = of('rename').flatMap((selector) => renamesIn(query, selector, facts));

  const involved = matches.some(({ match }) => match !== 'neither');
  if (
    language === 'unknown' &&
    selectors.some((selector) => isNameless(selector) && matchJobs(selector, facts) !== 'neither')
  ) {
    return byHand('it has no metric name and its data source is unknown: it may be PromQL or LogQL');
  }
  if (of('old only').length > 0) return byHand(oldOnlyReason(of('old only'), facts));
  if (involved && matchesOldJob(read, facts)) {
    return byHand(`its label_replace matches the exporter's labels, which ${newJob} does not have`);
  }
  if (of('excludes').length > 0)
    return byHand(`it excludes the exporter by its job; decide whether to exclude ${newJob} too`);
  if (isAlert && matches.some(({ match }) => match === 'both' || match === 'rename') && looksBack(selectors)) {
    return byHand('it will fire for the removed job until its offset has passed; silence it until then');
  }
  if (of('rename').some((selector) => renamesIn(query, selector, facts).length === 0)) {
    return byHand(`it selects a job that becomes ${newJob}, and writes its name with escapes`);
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
  if (shared.some((selector) => selectedSeries(selector) === 'family')) return classifyFamilies(shared, isAlert, facts);
  if (shared.length > 0) return facts.isMigrated ? undefined : keep(targetReason(shared, isAlert));
  const family = selectors.find((selector) => selectedSeries(selector) === 'family');
  if (family !== undefined) {
    const isOurs = family.matchers.some((matcher) => matcher.label === 'job' && accepts(matcher, newJob) === true);
    const of = isOurs ? `the job ${newJob}` : 'another job';
    return keep(`it selects ${family.name ?? 'these families'} of ${of}`);
  }
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

/** Whether a text mentions the exporter's families, jobs or hosts. */
export function concernsExporter(text: string, facts: StackFacts): boolean {
  return (
    text.search(exporterMention) !== -1 ||
    [...exporterFamilies, ...facts.jobs, ...facts.jobsByHand.keys(), ...facts.instances].some((name) =>
      text.includes(name),
    )
  );
}

/** `{job="x"}`: PromQL and LogQL alike. */
function isNameless({ name, matchers }: QuerySelector): boolean {
  return name === undefined && !matchers.some(({ label }) => label === '__name__');
}

function oldOnlyReason(selectors: readonly QuerySelector[], { jobsByHand }: StackFacts): string {
  const named = selectors.flatMap(({ matchers }) => matchers).filter(({ label }) => label === 'job');
  const reason = [...jobsByHand].find(([job]) => named.some((matcher) => accepts(matcher, job) === true));
  return reason === undefined
    ? `it selects the exporter in a way that does not match ${newJob}`
    : `it selects the job ${reason[0]}: ${reason[1]}`;
}

/** Whether a `label_replace` matches a label of the old job and not of the new one. */
function matchesOldJob({ patterns }: ReadQuery, facts: StackFacts): boolean {
  const old: Readonly<Record<string, readonly string[]>> = {
    job: [...facts.jobs, ...facts.jobsByHand.keys(), exporterJob],
    instance: [...facts.instances],
  };
  const isMatch = (pattern: string, value: string) => accepts({ label: '', op: '=~', value: pattern }, value) !== false;
  return patterns.some(
    ({ label, pattern }) =>
      (old[label] ?? []).some((value) => isMatch(pattern, value)) &&
      !isMatch(pattern, label === 'job' ? newJob : 'any.other.host:1'),
  );
}

function classifyFamilies(
  selectors: readonly QuerySelector[],
  isAlert: boolean,
  { isMigrated }: StackFacts,
): QueryClassification {
  const families = selectors.filter((selector) => selectedSeries(selector) === 'family');
  const variable = families.some(({ matchers }) =>
    matchers.some(({ label, value }) => label === 'job' && value.includes('$')),
  );
  const works = variable ? 'it keeps working: the job comes from a variable' : 'it keeps working: no job matcher';
  const order = ['fails', 'added', 'apart'] as const;
  const overlap = order.find((kind) => families.some(({ overlap }) => overlap === kind));
  if (overlap === undefined || isMigrated) return keep(works);
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
