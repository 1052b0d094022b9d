import type { Matcher } from '../promql/matcher.js';
import { exporterFamilies, exporterJob, isExporterTarget, newJob } from './exporter.js';
import type { Facts } from './facts.js';
import type { Use } from './read-expression.js';

/**
 * How a selector stands to the two jobs: it selects neither as such; both; both through a variable; the old one by a name
 * that can be exchanged; the old one in another way; or it leaves the old one out by name.
 */
export type Stand = 'neither' | 'both' | 'variable' | 'rename' | 'old only' | 'excludes';

/** Series that Prometheus itself writes for every target. */
const targetSeries: ReadonlySet<string> = new Set([
  ...['up', 'scrape_duration_seconds', 'scrape_samples_scraped', 'scrape_samples_post_metric_relabeling'],
  ...['scrape_series_added', 'scrape_timeout_seconds', 'scrape_sample_limit', 'scrape_body_size_bytes'],
]);

export type Subject = 'family' | 'target' | 'anything' | 'foreign';

/** What a selector asks for: a family of the exporter, a series of every target, whatever a job has, or something else. */
export function subjectOf({ name, matchers }: Use): Subject {
  if (name !== undefined) return exporterFamilies.has(name) ? 'family' : targetSeries.has(name) ? 'target' : 'foreign';
  const patterns = matchers.filter(({ label }) => label === '__name__');
  if (patterns.length === 0) return 'anything';
  const selects = (metric: string) => patterns.every((matcher) => accepts(matcher, metric) !== false);
  if ([...exporterFamilies].some(selects)) return 'family';
  return selects('up') ? 'target' : 'foreign';
}

export function judgeSelector(use: Use, facts: Facts): Stand {
  const subject = subjectOf(use);
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
  const guilty = jobs.filter((matcher) => !accepts(matcher, newJob));
  if (guilty.some((matcher) => isNegative(matcher) && namesOne(matcher, [newJob]))) return 'neither';
  const canRename = guilty.every((matcher) => isListOfNames(matcher) && namesOne(matcher, old));
  return canRename && subject !== 'foreign' ? 'rename' : 'old only';
}

/** A selector of both jobs concerns the exporter when it is for its families, or for every target whatever its labels. */
function isForEvery({ matchers }: Use, subject: Subject): boolean {
  if (subject !== 'target') return subject === 'family';
  const others = matchers.filter(({ label }) => label !== 'job' && label !== '__name__');
  return others.every(
    (matcher) => accepts(matcher, '') || (matcher.label === 'instance' && accepts(matcher, 'host:1') === true),
  );
}

function selectsTarget(instances: readonly Matcher[], facts: Facts): boolean {
  return instances.some(
    ({ op, value }) => (op === '=' || op === '=~') && isExporterTarget(value.replaceAll('\\', ''), facts.hosts),
  );
}

/** Whether a value satisfies a matcher; undefined where the pattern is not one that JavaScript can read. */
function accepts({ op, value: wanted }: Matcher, value: string): boolean | undefined {
  if (op === '=' || op === '!=') return (wanted === value) === (op === '=');
  try {
    return new RegExp(`^(?:${wanted})$`, 's').test(value) === (op === '=~');
  } catch {
    return undefined;
  }
}

/** `a` or, in a pattern, `a|b` without any wildcard. */
function isListOfNames({ op, value }: Matcher): boolean {
  return op === '=' || (op === '=~' && /^\(?(?:\?:)?[\w-]+(?:\|[\w-]+)*\)?$/.test(value));
}

function namesOne({ op, value }: Matcher, jobs: readonly string[]): boolean {
  const names = op === '=' || op === '!=' ? [value] : value.split(/[|()]/);
  return names.some((name) => jobs.includes(name));
}
