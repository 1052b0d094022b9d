import { formatMatchers, type Matcher } from '../../../promql/matchers.js';
import { type Diagnosis, jobList, shellQuote } from './diagnosis.js';
import { nearestMetrics } from './nearest-metrics.js';
import type { SourceFacts } from './source-facts.js';

/**
 * Why none of these metrics has series under the base selector: they have other labels, they stopped, or they never existed.
 * Rejects as `PrometheusApi` does.
 */
export async function diagnoseAbsence(metrics: readonly string[], facts: SourceFacts): Promise<Diagnosis> {
  const selected = await facts.names(facts.scoped, facts.now);
  const renamed = diagnoseRenamed(metrics, selected, facts);
  if (renamed) return renamed;
  const anywhere = await facts.names(facts.excludeReexported, facts.now);
  const outside = metrics.find((metric) => anywhere.has(metric));
  if (outside !== undefined) return outsideSelector(outside, facts);
  const lately = await facts.names(facts.excludeReexported, facts.lastDay);
  const gone = metrics.find((metric) => lately.has(metric));
  if (gone !== undefined) return withoutSamples(gone, facts);
  const isScraped = [...lately].some((name) => facts.catalogue.has(name));
  return (
    diagnoseRenamed(metrics, lately, facts) ??
    (isScraped ? notExported(metrics, lately, facts) : diagnoseUnscraped(facts))
  );
}

/** For a Prometheus that has never seen a metric of the gateway. */
async function diagnoseUnscraped(facts: SourceFacts): Promise<Diagnosis> {
  const targets = await facts.vector('up');
  const jobs = [...new Set(targets.map(({ labels }) => labels['job'] ?? ''))].sort();
  const down = targets.find(({ value }) => value === '0')?.labels;
  if (down) {
    const { instance = '', job = '' } = down;
    return {
      severity: 'problem',
      cause: `Prometheus has never seen a metric of the gateway: its target ${instance} (${jobList([job])}) is down`,
      fix: startTarget(instance, job),
    };
  }
  const scraped = jobs.length === 0 ? 'it scrapes nothing' : `it scrapes only the ${jobList(jobs)}`;
  return {
    severity: 'problem',
    cause: `Prometheus has never seen a metric of the gateway: ${scraped}`,
    fix: 'in prometheus.yml, under scrape_configs: {job_name: gateway, static_configs: [{targets: [HOST:PORT]}]}, with the address of the gateway; or PROMETHEUS_URL, where another Prometheus scrapes it',
  };
}

function startTarget(instance: string, job: string): string {
  return `start ${instance}, or correct targets: under job_name: ${job} in prometheus.yml`;
}

async function outsideSelector(metric: string, facts: SourceFacts): Promise<Diagnosis> {
  const jobs = await facts.labelValues('job', metric, facts.excludeReexported, facts.now);
  const { selector } = facts.scope;
  const better = await Promise.all(selector.map((matcher) => corrected(matcher, metric, facts)));
  const known = better.filter((matcher) => matcher !== undefined);
  const text = formatMatchers(
    known.length > 0 || jobs.length !== 1 ? known : [{ label: 'job', op: '=', value: jobs[0]! }],
  );
  const elsewhere =
    jobs.length === 0
      ? 'series without a job have it'
      : `the ${jobList(jobs)} ${jobs.length === 1 ? 'has' : 'have'} it`;
  return {
    severity: 'problem',
    cause: `${metric} exists, but not under the base selector {${formatMatchers(selector)}}; ${elsewhere}`,
    fix: `METRICS_SELECTOR=${shellQuote(text)}, in the environment of the service`,
  };
}

/** The matcher with the value that the metric really has; undefined where it has no such label. */
async function corrected(matcher: Matcher, metric: string, facts: SourceFacts): Promise<Matcher | undefined> {
  const matching = await facts.labelValues(matcher.label, metric, [...facts.excludeReexported, matcher], facts.now);
  if (matching.length > 0) return matcher;
  const [value, ...others] = await facts.labelValues(matcher.label, metric, facts.excludeReexported, facts.now);
  if (value === undefined) return undefined;
  return others.length === 0
    ? { label: matcher.label, op: '=', value }
    : { label: matcher.label, op: '=~', value: [value, ...others].join('|') };
}

/** For a metric that has series, but no samples that are recent enough. */
export async function withoutSamples(metric: string, facts: SourceFacts): Promise<Diagnosis> {
  const jobs = await facts.labelValues('job', metric, facts.excludeReexported, facts.lastDay);
  const down = await facts.downTargets(jobs);
  const [first] = down;
  if (first) {
    const more = down.length > 1 ? ` and ${down.length - 1} more` : '';
    return {
      severity: 'problem',
      cause: `${metric} has no samples in the last 5 minutes: its target ${first.instance} (${jobList([first.job])})${more} is down`,
      fix: startTarget(first.instance, first.job),
    };
  }
  const [job] = jobs;
  if (job === undefined) {
    const cause = `${metric} has had no samples for a day`;
    return { severity: 'problem', cause, fix: `export ${metric} from the gateway again, or add its target again` };
  }
  const scraped = await facts.count(`up{job="${job}"}`);
  return {
    severity: 'problem',
    cause:
      scraped > 0
        ? `${metric} has no samples in the last 5 minutes: the targets of ${jobList(jobs)} are up, but no longer export it`
        : `${metric} has no samples in the last 5 minutes: no target of ${jobList(jobs)} is scraped any longer`,
    fix:
      scraped > 0
        ? `export ${metric} from the gateway again: what changed in its last deployment?`
        : `add its targets again under job_name: ${job} in prometheus.yml`,
  };
}

function diagnoseRenamed(
  metrics: readonly string[],
  existing: ReadonlySet<string>,
  { catalogue }: SourceFacts,
): Diagnosis | undefined {
  for (const metric of metrics) {
    const { renamed } = nearestMetrics(metric, existing, catalogue);
    const [other] = renamed;
    if (other === undefined) continue;
    return {
      severity: 'problem',
      cause: `${noSeries(metrics)}; nearest existing names: ${renamed.join(', ')}`,
      fix: `in the scrape job: metric_relabel_configs: [{source_labels: [__name__], regex: ${other}, target_label: __name__, replacement: ${metric}}]; or rename it in the gateway`,
    };
  }
  return undefined;
}

function notExported(metrics: readonly string[], existing: ReadonlySet<string>, { catalogue }: SourceFacts): Diagnosis {
  const similar = [...new Set(metrics.flatMap((metric) => nearestMetrics(metric, existing, catalogue).similar))];
  return {
    severity: 'not_exported',
    cause: noSeries(metrics) + (similar.length === 0 ? '' : `; nearest existing names: ${similar.join(', ')}`),
    fix: `export ${metrics[0]} from the gateway, or ignore this if it does not apply`,
  };
}

function noSeries(metrics: readonly string[]): string {
  return `no series named ${metrics.join(', ')} in Prometheus`;
}
