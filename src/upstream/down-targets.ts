import type { DownTarget } from '../catalogue/absence.js';
import type { Catalogue } from '../catalogue/compile.js';
import { GatewayzMetricsError } from '../errors.js';
import { addMatchers } from '../promql/add-matchers.js';
import { anyOf } from '../promql/any-of.js';
import { formatMatchers } from '../promql/matchers.js';
import type { Answer } from './answer.js';
import type { PrometheusClient } from './prometheus-client.js';

type Ask = (promql: string) => Promise<Answer>;

/**
 * The gateway's scrape targets that are down.
 *
 * Which jobs are the gateway's is told by the series under the base selector. The selector itself may not fit `up`: labels
 * that `metric_relabel_configs` adds are not on it; then the jobs alone decide.
 */
export async function downTargets(
  client: PrometheusClient,
  catalogue: Catalogue,
  instant: number,
  ask: Ask,
  signal: AbortSignal,
): Promise<readonly DownTarget[]> {
  const jobs = await jobsOf(client, catalogue, instant, signal);
  const selected = jobs.length > 0 ? addMatchers('up', [{ label: 'job', op: '=~', value: anyOf(jobs) }]) : 'up';
  const scoped = await ask(catalogue.scoped(selected));
  const { vector } = scoped.vector.length > 0 ? scoped : await ask(selected);
  return vector
    .filter(({ value }) => value === '0')
    .map(({ labels }) => ({ job: labels['job'] ?? '', instance: labels['instance'] ?? '' }));
}

async function jobsOf(
  client: PrometheusClient,
  catalogue: Catalogue,
  instant: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const metrics = new Set([...catalogue.rows.values()].flatMap((row) => row.metrics));
  const plain = [...metrics].filter((name) => !/_(?:bucket|sum|count)$/.test(name));
  const matchers = formatMatchers([{ label: '__name__', op: '=~', value: anyOf(plain) }]);
  try {
    return (await client.labelValues('job', catalogue.scoped(`{${matchers}}`), instant, signal)).values;
  } catch (error) {
    if (error instanceof GatewayzMetricsError) return [];
    throw error;
  }
}
