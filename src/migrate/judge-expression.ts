import { exporterFamilies, exporterJob, exporterMetric, newJob } from './exporter.js';
import type { Facts } from './facts.js';
import type { FindingAction } from './finding.js';
import { judgeSelector, subjectOf } from './judge-selector.js';
import { type Gathering, readExpression, type Use } from './read-expression.js';

/** What a query means for the migration. */
export interface Judgement {
  readonly action: FindingAction;
  readonly why: string;
  /** Offsets in the query of the job names to exchange, and which name stands there. */
  readonly renames: readonly { readonly at: number; readonly job: string }[];
  /** What two jobs at once do to a query that goes on working. */
  readonly meanwhile?: Meanwhile;
}

export type Meanwhile = Exclude<Gathering, 'merged'>;

/** Judges a query of a panel, variable or rule. Undefined: it has nothing to do with the exporter. */
export function judgeExpression(query: string, facts: Facts, isAlert: boolean): Judgement | undefined {
  const uses = readExpression(query);
  if (uses === undefined) return concernsExporter(query, facts) ? unreadable : undefined;
  const stands = uses.map((use) => ({ use, stand: judgeSelector(use, facts) }));
  const of = (wanted: string) => stands.filter(({ stand }) => stand === wanted).map(({ use }) => use);
  const byHand = (why: string): Judgement => ({ action: 'by hand', why, renames: [] });
  const renames = of('rename').flatMap((use) => renamesIn(query, use, facts));

  if (of('old only').length > 0) return byHand(`it selects the exporter in a way that ${newJob} does not answer to`);
  if (of('excludes').length > 0)
    return byHand(`it leaves out the exporter by its job; decide whether ${newJob} is to be left out too`);
  if (isAlert && stands.some(({ stand }) => stand === 'both' || stand === 'rename') && looksBack(uses)) {
    return byHand('it will fire for the vanished job until its offset is over: silence it meanwhile');
  }
  if (renames.length > 0) {
    const fires = of('rename').some(({ isAbsent }) => isAbsent) ? '; as it is, it would fire for good' : '';
    return {
      action: 'replace',
      why: `it selects the job ${renames[0]?.job}, which becomes ${newJob}${fires}`,
      renames,
    };
  }
  const shared = [...of('both'), ...of('variable')];
  if (shared.some((use) => subjectOf(use) === 'family')) return judgeFamilies(shared, isAlert);
  if (shared.length > 0) return keep(targetReason(shared, isAlert));
  const family = uses.find((use) => subjectOf(use) === 'family');
  if (family !== undefined) return keep(`it uses ${family.name ?? 'these families'} of another job`);
  const unknown = uses.find(({ name }) => name?.search(exporterMetric) === 0);
  return unknown && keep(`${unknown.name} was never a metric of the exporter`);
}

function keep(why: string): Judgement {
  return { action: 'keep', why, renames: [] };
}

const unreadable: Judgement = {
  action: 'by hand',
  why: 'it speaks of the exporter and does not parse as PromQL',
  renames: [],
};

function concernsExporter(query: string, facts: Facts): boolean {
  return [...exporterFamilies, exporterJob, ...facts.jobs].some((name) => query.includes(name));
}

function judgeFamilies(uses: readonly Use[], isAlert: boolean): Judgement {
  const families = uses.filter((use) => subjectOf(use) === 'family');
  const variable = families.some(({ matchers }) =>
    matchers.some(({ label, value }) => label === 'job' && value.includes('$')),
  );
  const works = variable ? 'it keeps working, the job comes from a variable' : 'bare selector, it keeps working';
  const order = ['fails', 'added', 'apart'] as const;
  const meanwhile = order.find((kind) => families.some(({ gathering }) => gathering === kind));
  if (meanwhile === undefined) return keep(works);
  const effect = {
    apart: isAlert ? 'fires once for each job' : 'shows each series twice',
    added: 'counts double',
    fails: 'has an error or no value',
  };
  return { ...keep(`${works}; ${effect[meanwhile]} while both jobs are scraped`), meanwhile };
}

function targetReason(uses: readonly Use[], isAlert: boolean): string {
  if (uses.some(({ gathering }) => gathering === 'added')) {
    return 'it counts targets: one more while both jobs are scraped, afterwards as many as before';
  }
  return isAlert
    ? `it matches every job: it fires when the exporter stops, until its scrape job is gone too; then it watches ${newJob}`
    : `it matches every job: the exporter's place is taken by ${newJob}`;
}

/** `up offset 1h unless up`: true for what was there and is no more. */
function looksBack(uses: readonly Use[]): boolean {
  return uses.some(({ isOffset }) => isOffset) && uses.some(({ isOffset }) => !isOffset);
}

function renamesIn(query: string, { matchers }: Use, facts: Facts): Judgement['renames'] {
  return matchers.flatMap(({ label, from, to }) => {
    if (label !== 'job') return [];
    const names = [...new Set([exporterJob, ...facts.jobs])].toSorted((a, b) => b.length - a.length);
    const escaped = names.map((name) => name.replace(/[^\w-]/g, '\\$&'));
    const pattern = new RegExp(`(?<![\\w-])(?:${escaped.join('|')})(?![\\w-])`, 'g');
    return [...query.slice(from, to).matchAll(pattern)].map((found) => ({ at: from + found.index, job: found[0] }));
  });
}
