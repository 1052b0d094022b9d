import type { Matcher } from '../../../promql/matcher.js';
import { exporterFamilies, exporterJob, isExporterTarget, newJob } from './exporter.js';
import type { StackFacts } from './facts.js';
import type { QuerySelector } from './query-selectors.js';

/**
 * Which of the two jobs a selector selects: neither; both; both through a variable; the old one by a name that can be
 * replaced; the old one in another way; or everything except the old one, by name.
 */
export type JobMatch = 'neither' | 'both' | 'variable' | 'rename' | 'old only' | 'excludes';

/** Series that Prometheus adds for every target, and those of alerts, which take over the labels of a target. */
const targetSeries: ReadonlySet<string> = new Set([
  ...['up', 'scrape_duration_seconds', 'scrape_samples_scraped', 'scrape_samples_post_metric_relabeling'],
  ...['scrape_series_added', 'scrape_timeout_seconds', 'scrape_sample_limit', 'scrape_body_size_bytes'],
]);
const alertSeries: ReadonlySet<string> = new Set(['ALERTS', 'ALERTS_FOR_STATE']);

export type SelectedSeries = 'family' | 'target' | 'alert' | 'anything' | 'foreign';

/** What a selector selects: a family of the exporter, a per-target series, alerts, everything of a job, or something else. */
export function selectedSeries({ name, matchers }: QuerySelector): SelectedSeries {
  if (name !== undefined) {
    if (exporterFamilies.has(name)) return 'family';
    return targetSeries.has(name) ? 'target' : alertSeries.has(name) ? 'alert' : 'foreign';
  }
  const patterns = matchers.filter(({ label }) => label === '__name__');
  if (patterns.length === 0) return 'anything';
  const selects = (metric: string) => patterns.every((matcher) => accepts(matcher, metric) !== false);
  if ([...exporterFamilies].some(selects)) return 'family';
  return selects('up') ? 'target' : 'foreign';
}

/** A Grafana variable in a matcher; a `$` that anchors a pattern is none. */
const hasVariable = ({ value }: Matcher): boolean => /\$\w|\$\{|\[\[\w+\]\]/.test(value);

export function matchJobs(selector: QuerySelector, facts: StackFacts): JobMatch {
  const series = selectedSeries(selector);
  const old = [...new Set([...facts.jobs, ...facts.jobsByHand.keys(), exporterJob])];
  const jobs = selector.matchers.filter(({ label }) => label === 'job');
  if (selectsOldLabels(selector, series, facts)) return 'old only';
  if (jobs.some(hasVariable)) return series === 'family' ? 'variable' : 'neither';

  // A pattern that JavaScript cannot compile may accept the old job; it counts as one that does.
  const selects = (job: string) => jobs.every((matcher) => accepts(matcher, job) ?? job !== newJob);
  if (selects(newJob) && jobs.some((matcher) => isNegative(matcher) && namesOne(matcher, old))) return 'excludes';
  if (!old.some(selects)) return 'neither';
  if (selects(newJob)) return isForEvery(selector, series) ? 'both' : 'neither';
  const excluding = jobs.filter((matcher) => accepts(matcher, newJob) !== true);
  if (excluding.some((matcher) => isNegative(matcher) && namesOne(matcher, [newJob]))) return 'neither';
  const renamed = [...facts.jobs, exporterJob].filter((job) => !facts.jobsByHand.has(job));
  const canRename = excluding.every(
    (matcher) =>
      isListOfNames(matcher) && namesOne(matcher, renamed) && !namesOne(matcher, [...facts.jobsByHand.keys()]),
  );
  return canRename && series !== 'foreign' ? 'rename' : 'old only';
}

const isNegative = ({ op }: Matcher): boolean => op === '!=' || op === '!~';

/** Whether a selector needs labels that the exporter's series have and those of the new job will not. */
function selectsOldLabels({ matchers }: QuerySelector, series: SelectedSeries, facts: StackFacts): boolean {
  const positive = matchers.filter((matcher) => !isNegative(matcher) && !hasVariable(matcher));
  const instances = positive.filter(({ label }) => label === 'instance');
  const isTarget = ({ op, value }: Matcher) => op === '=' && isExporterTarget(value, facts.hosts);
  const isOnlyOld = (matcher: Matcher) =>
    isTarget(matcher) ||
    ([...facts.instances].some((instance) => accepts(matcher, instance) !== false) &&
      accepts(matcher, 'any.other.host:1') !== true);
  if (instances.some(isOnlyOld)) return true;
  if (series === 'foreign' || series === 'anything') return false;
  return positive.some(
    (matcher) =>
      facts.relabelled.some(
        ({ label, value }) => label === matcher.label && (value === undefined || accepts(matcher, value) !== false),
      ) && accepts(matcher, '') !== true,
  );
}

/** Whether a selector of both jobs concerns the exporter: it selects its families, or every target regardless of labels. */
function isForEvery({ matchers }: QuerySelector, series: SelectedSeries): boolean {
  if (series !== 'target') return series === 'family';
  const others = matchers.filter(({ label }) => label !== 'job' && label !== '__name__');
  return others.every(
    (matcher) =>
      hasVariable(matcher) ||
      accepts(matcher, '') ||
      (matcher.label === 'instance' && accepts(matcher, 'any.other.host:1') === true),
  );
}

/** Whether a value satisfies a matcher; undefined for a pattern that JavaScript cannot compile. */
export function accepts({ op, value: wanted }: Matcher, value: string): boolean | undefined {
  if (op === '=' || op === '!=') return (wanted === value) === (op === '=');
  const [, flags = '', pattern = ''] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(wanted) ?? [];
  try {
    const translated = pattern.replaceAll('(?P<', '(?<');
    return new RegExp(`^(?:${translated})$`, [...new Set(`s${flags}`)].join('')).test(value) === (op === '=~');
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
