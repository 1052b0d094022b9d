import type { Labels } from '../../../model.js';
import { formatMatchers, type Matcher } from '../../../promql/matchers.js';
import type { Diagnosis } from './diagnosis.js';
import { jobList, shellQuote } from './diagnosis.js';
import type { SourceFacts } from './source-facts.js';

/** A process of the gateway that is scraped more than once, and its duplicated metrics. */
export interface DuplicateScrape {
  readonly metrics: ReadonlySet<string>;
  readonly diagnosis: Diagnosis;
}

/** Labels of a target; `job` and `instance` at least. */
type Scrape = Labels;

/**
 * Finds targets that are scraped more than once, by several jobs or with several sets of labels, and processes that are scraped
 * under several addresses: they have the same start time, to fractions of a second. Rejects as `PrometheusApi` does.
 */
export async function findDuplicateScrapes(facts: SourceFacts): Promise<readonly DuplicateScrape[]> {
  const scrapes = await facts.vector('up');
  const starts = await facts.vector('max by (job, instance) (process_start_time_seconds)');
  const groups = [
    ...groupBy(scrapes, ({ labels }) => labels['instance']),
    ...groupBy(starts, ({ value }) => (Number.isInteger(Number(value)) ? undefined : value)),
  ];
  const found: DuplicateScrape[] = [];
  const told = new Set<string>();
  for (const group of groups) {
    const key = JSON.stringify(group.map(({ job, instance }) => [job, instance]));
    if (told.has(key)) continue;
    told.add(key);
    const metrics = await commonMetrics(group, facts);
    if (metrics.size > 0) found.push({ metrics, diagnosis: diagnose(group, facts.scope.selector) });
  }
  return found;
}

function groupBy<T extends { readonly labels: Labels }>(
  vector: readonly T[],
  keyOf: (element: T) => string | undefined,
): (readonly Scrape[])[] {
  const groups = new Map<string, Scrape[]>();
  for (const element of vector) {
    const key = keyOf(element);
    if (key === undefined) continue;
    groups.set(key, [...(groups.get(key) ?? []), element.labels]);
  }
  const textOf = ({ job, instance, ...others }: Scrape): string => JSON.stringify([job, instance, others]);
  const ordered = [...groups.values()].map((group) => group.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1)));
  return ordered.filter((group) => group.length > 1);
}

/** Metrics of the contract that two of the scrapes have under the base selector. */
async function commonMetrics(group: readonly Scrape[], facts: SourceFacts): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const scrape of group) {
    const own = [...matchersOn(scrape, ['job', 'instance']), ...distinguishingMatchers(scrape, group)];
    for (const name of await facts.names([...own, ...facts.scoped], facts.now)) {
      if (!facts.catalogue.has(name)) continue;
      if (seen.has(name)) twice.add(name);
      seen.add(name);
    }
  }
  return twice;
}

/** What else tells a scrape from others of the same job and instance. */
function distinguishingMatchers(scrape: Scrape, group: readonly Scrape[]): readonly Matcher[] {
  const same = group.filter(({ job, instance }) => job === scrape['job'] && instance === scrape['instance']);
  const labels = new Set(same.flatMap((other) => Object.keys(other)));
  return matchersOn(
    scrape,
    [...labels].filter((label) => same.some((other) => other[label] !== scrape[label])),
  );
}

function matchersOn(scrape: Scrape, labels: readonly string[]): readonly Matcher[] {
  return labels.map((label) => ({ label, op: '=', value: scrape[label] ?? '' }));
}

function diagnose(group: readonly Scrape[], selector: readonly Matcher[]): Diagnosis {
  const distinct = (label: string): readonly string[] => [...new Set(group.map((scrape) => scrape[label] ?? ''))];
  const [instances, jobs] = [distinct('instance'), distinct('job')];
  const [first, last] = [group[0]!, group.at(-1)!];
  const apart = distinguishingMatchers(first, group);
  const labelled = group.map((scrape) => `{${formatMatchers(distinguishingMatchers(scrape, group))}}`);
  let manner = `by the ${jobList(jobs)}`;
  if (jobs.length === 1 && instances.length > 1) manner = `under ${instances.length} addresses in the ${jobList(jobs)}`;
  if (jobs.length === 1 && instances.length === 1) manner += ` with different labels: ${labelled.join(' and ')}`;
  const which = apart.length > 0 ? ` with the labels ${labelled.at(-1)}` : '';
  const remedy = `remove ${last['instance']}${which} under job_name: ${last['job']} in prometheus.yml`;
  const narrowing = jobs.length > 1 ? matchersOn(first, ['job']) : apart;
  const narrower = formatMatchers([...selector, ...narrowing]);
  const selected = narrowing.length > 0 ? `; or METRICS_SELECTOR=${shellQuote(narrower)}` : '';
  return {
    severity: 'problem',
    cause: `it is counted twice: ${instances.join(' and ')} ${instances.length > 1 ? 'are one process, scraped' : 'is scraped'} ${manner}`,
    fix: remedy + selected,
  };
}
