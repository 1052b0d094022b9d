import type { Matcher } from '../../../promql/matcher.js';
import { exporterFamilies, exporterJob, isExporterTarget, newJob } from './exporter.js';
import type { StackFacts } from './facts.js';
import type { QuerySelector } from './query-selectors.js';

/**
 * Which of the two jobs a selector selects: neither; both; both through a variable; the old one by a name that can be
 * replaced; the old one in another way; or everything except the old one, by name.
 */
export type JobMatch = 'neither' | 'both' | 'variable' | 'rename' | 'old only' | 'excludes';

/** Series that Prometheus adds for every target. */
const targetSeries: ReadonlySet<string> = new Set([
  ...['up', 'scrape_duration_seconds', 'scrape_samples_scraped', 'scrape_samples_post_metric_relabeling'],
  ...['scrape_series_added', 'scrape_timeout_seconds', 'scrape_sample_limit', 'scrape_body_size_bytes'],
]);

export type SelectedSeries = 'family' | 'target' | 'anything' | 'foreign';

/** What a selector selects: a family of the exporter, a per-target series, everything of a job, or something else. */
export function selectedSeries({ name, matchers }: QuerySelector): SelectedSeries {
  if (name !== undefined) return exporterFamilies.has(name) ? 'family' : targetSeries.has(name) ? 'target' : 'foreign';
  const patterns = matchers.filter(({ label }) => label === '__name__');
  if (patterns.length === 0) return 'anything';
  const selects = (metric: string) => patterns.every((matcher) => accepts(matcher, metric) !== false);
  if ([...exporterFamilies].some(selects)) return 'family';
  return selects('up') ? 'target' : 'foreign';
}

export function matchJobs(use: QuerySelector, facts: StackFacts): JobMatch {
  const subject = selectedSeries(use);
  const old = [...facts.jobs, exporterJob];
  const jobs = use.matchers.filter(({ label }) => label === 'job');
  if (jobs.some(({ value }) => value.includes('$'))) return subject === 'family' ? 'variable' : 'neither';
  const instances = use.matchers.filter(({ label }) => label === 'instance');
  if (selectsTarget(instances, facts)) return 'old only';

  const selects = (job: string) => jobs.every((matcher) => accepts(matcher, job));
  const isNegative = ({ op }: Matcher) => op === '!=' || op === '!~';
  if (selects(newJob) && jobs.some((matcher) => isNegative(matcher) && namesOne(matcher, old))) return 'excludes';
  if (!old.some(selects)) return 'neither';
  if (selects(newJob)) return isForEvery(use, subject) ? 'both' : 'neither';
  const excluding = jobs.filter((matcher) => !accepts(matcher, newJob));
  if (excluding.some((matcher) => isNegative(matcher) && namesOne(matcher, [newJob]))) return 'neither';
  const canRename = excluding.every((matcher) => isListOfNames(matcher) && namesOne(matcher, old));
  return canRename && subject !== 'foreign' ? 'rename' : 'old only';
}

/** Whether a selector of both jobs concerns the exporter: it selects its families, or every target regardless of labels. */
function isForEvery({ matchers }: QuerySelector, subject: SelectedSeries): boolean {
  if (subject !== 'target') return subject === 'family';
  const others = matchers.filter(({ label }) => label !== 'job' && label !== '__name__');
  return others.every(
    (matcher) => accepts(matcher, '') || (matcher.label === 'instance' && accepts(matcher, 'host:1') === true),
  );
}

function selectsTarget(instances: readonly Matcher[], facts: StackFacts): boolean {
  return instances.some(
    ({ op, value }) => (op === '=' || op === '=~') && isExporterTarget(value.replaceAll('\\', ''), facts.hosts),
  );
}

/** Whether a value satisfies a matcher; undefined for a pattern that JavaScript cannot compile. */
function accepts({ op, value: wanted }: Matcher, value: string): boolean | undefined {
  if (op === '=' || op === '!=') return (wanted === value) === (op === '=');
  try {
    return new RegExp(`^(?:${wanted})$`, 's').test(value) === (op === '=~');
  } catch {
    return undefined;
  }
}

/** Whether a matcher is a plain name, or an alternation of names such as `a|b`. */
function isListOfNames({ op, value }: Matcher): boolean {
  return op === '=' || (op === '=~' && /^\(?(?:\?:)?[\w-]+(?:\|[\w-]+)*\)?$/.test(value));
}

function namesOne({ op, value }: Matcher, jobs: readonly string[]): boolean {
  const names = op === '=' || op === '!=' ? [value] : value.split(/[|()]/);
  return names.some((name) => jobs.includes(name));
}
