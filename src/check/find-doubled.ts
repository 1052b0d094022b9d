import type { Labels } from '../model.js';
import { formatMatchers, type Matcher } from '../promql/matchers.js';
import { contractMetrics, wholeName } from './contract-metrics.js';
import type { Diagnosis } from './diagnosis.js';
import { jobList, shellQuote } from './diagnosis.js';
import type { SourceFacts } from './source-facts.js';

/** One process of the gateway that is scraped more than once, and the metrics that are there twice. */
export interface Doubled {
  readonly metrics: ReadonlySet<string>;
  readonly diagnosis: Diagnosis;
}

interface Scrape {
  readonly job: string;
  readonly instance: string;
}

/**
 * Finds targets that are scraped by several jobs, and processes that are scraped under several addresses: they tell the same
 * moment of their start, to fractions of a second. Rejects as `PrometheusApi` does.
 */
export async function findDoubled(facts: SourceFacts): Promise<readonly Doubled[]> {
  const scrapes = await facts.vector('count by (job, instance) (up)');
  const starts = await facts.vector('max by (job, instance) (process_start_time_seconds)');
  const groups = [
    ...groupBy(scrapes, ({ labels }) => labels['instance']),
    ...groupBy(starts, ({ value }) => (Number.isInteger(Number(value)) ? undefined : value)),
  ];
  const found: Doubled[] = [];
  const told = new Set<string>();
  for (const group of groups) {
    const key = JSON.stringify(group);
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
    const { job = '', instance = '' } = element.labels;
    groups.set(key, [...(groups.get(key) ?? []), { job, instance }]);
  }
  const textOf = ({ job, instance }: Scrape): string => `${job}\n${instance}`;
  const ordered = [...groups.values()].map((group) => group.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1)));
  return ordered.filter((group) => group.length > 1);
}

/** Metrics of the contract that two of the scrapes have under the base selector. */
async function commonMetrics(group: readonly Scrape[], facts: SourceFacts): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { job, instance } of group) {
    const own = [
      { label: 'job', op: '=', value: job },
      { label: 'instance', op: '=', value: instance },
    ] as const;
    for (const name of await facts.names([...own, ...facts.scoped], facts.now)) {
      if (!contractMetrics.has(wholeName(name))) continue;
      if (seen.has(name)) twice.add(name);
      seen.add(name);
    }
  }
  return twice;
}

function diagnose(group: readonly Scrape[], selector: readonly Matcher[]): Diagnosis {
  const instances = [...new Set(group.map(({ instance }) => instance))];
  const jobs = [...new Set(group.map(({ job }) => job))];
  const last = group.at(-1)!;
  const byJob =
    jobs.length > 1 ? ` by the ${jobList(jobs)}` : ` under ${instances.length} addresses in the ${jobList(jobs)}`;
  const remedy = `remove ${last.instance} under job_name: ${last.job} in prometheus.yml`;
  const [first = ''] = jobs;
  const narrower = formatMatchers([...selector, { label: 'job', op: '=', value: first }]);
  const selected = jobs.length > 1 ? `; or METRICS_SELECTOR=${shellQuote(narrower)}` : '';
  return {
    severity: 'fault',
    cause: `it is counted twice: ${instances.join(' and ')} ${instances.length > 1 ? 'are one process, scraped' : 'is scraped'}${byJob}`,
    fix: remedy + selected,
  };
}
