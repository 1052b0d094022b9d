import type { Catalogue } from '../catalogue/compile.js';
import type { DownTarget } from '../catalogue/missing-reasons.js';
import { anyOf } from '../promql/any-of.js';
import { formatMatchers } from '../promql/format-matchers.js';
import type { Matcher } from '../promql/matcher.js';
import type { SharedQueries } from './shared-queries.js';

/**
 * The gateway's scrape targets that are down.
 *
 * Which jobs are the gateway's is told by the series under the base selector. The selector itself may not fit `up`: labels
 * that `metric_relabel_configs` adds are not on it; then the jobs alone decide.
 */
export async function findDownTargets(catalogue: Catalogue, questions: SharedQueries): Promise<readonly DownTarget[]> {
  const jobs = await jobsOf(catalogue, questions);
  const ofJobs: readonly Matcher[] = jobs.length > 0 ? [{ label: 'job', op: '=~', value: anyOf(jobs) }] : [];
  const scoped = await questions.query(up([...ofJobs, ...catalogue.matchers]));
  const { vector } = scoped.vector.length > 0 ? scoped : await questions.query(up(ofJobs));
  return vector
    .filter(({ value }) => value === '0')
    .map(({ labels }) => ({ job: labels['job'] ?? '', instance: labels['instance'] ?? '' }));
}

function up(matchers: readonly Matcher[]): string {
  return matchers.length === 0 ? 'up' : `up{${formatMatchers(matchers)}}`;
}

async function jobsOf(catalogue: Catalogue, questions: SharedQueries): Promise<readonly string[]> {
  const metrics = new Set([...catalogue.rows.values()].filter((row) => !row.needsJob).flatMap((row) => row.metrics));
  const plain = [...metrics].filter((name) => !/_(?:bucket|sum|count)$/.test(name));
  const named: Matcher = { label: '__name__', op: '=~', value: anyOf(plain) };
  return (await questions.labelValues('job', `{${formatMatchers([named, ...catalogue.matchers])}}`)).values;
}
