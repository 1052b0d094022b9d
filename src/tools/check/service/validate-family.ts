export type ExpositionFormat = 'text' | 'openmetrics';

export interface ParsedSample {
  readonly name: string;
  /** Unescaped, in the order of the line; `le` and `quantile` included. */
  readonly labels: Readonly<Record<string, string>>;
  /** As in the document. */
  readonly value: string;
}

export interface ParsedFamily {
  /** As in the metadata: without `_total` for counters of OpenMetrics. */
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit?: string;
  readonly samples: readonly ParsedSample[];
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Throws unless the samples fit the family's type, each series is there once and histograms are whole; for OpenMetrics,
 * also unless bounds are canonical and counting values can be counts. Returns the sample names that the type reserves.
 */
export function validateFamily(family: ParsedFamily, format: ExpositionFormat): readonly string[] {
  const { name, type, unit, samples } = family;
  const fail: FailWith = (reason) => new Error(`family ${name}: ${reason}`);
  const counterSuffix = format === 'openmetrics' ? '_total' : '';
  const names = (suffixes[type] ?? [counterSuffix]).map((suffix) => name + suffix);
  if (type === 'counter' && name.endsWith('_total') !== (format === 'text')) throw fail('_total in the wrong place');
  if (unit !== undefined && !name.endsWith(`_${unit}`)) throw fail(`the name does not end with the unit ${unit}`);
  const seen = new Set<string>();
  for (const { name: own, labels, value } of samples) {
    if (!names.includes(own)) throw fail(`${own} is not one of its samples`);
    const key = own + seriesKey(labels);
    if (seen.has(key)) throw fail(`${key} comes twice`);
    seen.add(key);
    if (format === 'openmetrics') checkAmount(type, own.slice(name.length), value, fail);
    if (type === 'summary' && own === name) checkQuantile(labels['quantile'], format, fail);
  }
  if (type === 'histogram' || type === 'summary') {
    for (const group of groups(samples, fail)) if (type === 'histogram') checkHistogram(name, group, format, fail);
  }
  return names;
}

/** The same series has the same key whatever the order of its labels; an empty value is no label. */
export function seriesKey(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).filter(([, value]) => value !== '');
  return JSON.stringify(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

type FailWith = (reason: string) => Error;

function groups(samples: readonly ParsedSample[], problem: FailWith): Iterable<ParsedSample[]> {
  const found = new Map<string, ParsedSample[]>();
  let previous: string | undefined;
  for (const sample of samples) {
    const { le: _, quantile: __, ...own } = sample.labels;
    const key = seriesKey(own);
    if (key !== previous && found.has(key)) throw problem(`the samples of ${key} are apart`);
    found.set(key, [...(found.get(key) ?? []), sample]);
    previous = key;
  }
  return found.values();
}

function checkAmount(type: string, suffix: string, value: string, problem: FailWith): void {
  const amount = Number(numberText(value));
  const grows = type === 'counter' || suffix !== '';
  if (grows && !(amount >= 0)) throw problem(`a counting sample is ${value}`);
  if (type === 'summary' && amount < 0) throw problem(`a quantile is ${value}`);
  const whole = suffix === '_bucket' || suffix === '_count';
  if (whole && !Number.isInteger(amount)) throw problem(`${suffix} is ${value}, not a whole number`);
}

function checkHistogram(
  name: string,
  group: readonly ParsedSample[],
  format: ExpositionFormat,
  problem: FailWith,
): void {
  const of = (suffix: string) => group.filter((sample) => sample.name === name + suffix);
  const [sum, count] = [of('_sum')[0], of('_count')[0]];
  let [bound, total] = [Number.NEGATIVE_INFINITY, 0];
  for (const { labels, value } of of('_bucket')) {
    const { le } = labels;
    if (le === undefined || Object.keys(labels).at(-1) !== 'le') throw problem('a bucket without le at the end');
    checkCanonical(le, format, problem);
    if (!(Number(numberText(le)) > bound)) throw problem(`bucket ${le} does not ascend`);
    if (!(Number(numberText(value)) >= total)) throw problem(`bucket ${le} is not cumulative`);
    [bound, total] = [Number(numberText(le)), Number(numberText(value))];
    if (bound < 0 && sum !== undefined && format === 'openmetrics') throw problem('a sum beside a negative bound');
  }
  if (bound !== Number.POSITIVE_INFINITY) throw problem('the +Inf bucket is missing');
  const needsCount = format === 'text' || sum !== undefined;
  if ((count !== undefined) !== needsCount) throw problem('_count is missing, or there without _sum');
  if (count !== undefined && Number(numberText(count.value)) !== total)
    throw problem('_count differs from the +Inf bucket');
}

function checkQuantile(quantile: string | undefined, format: ExpositionFormat, problem: FailWith): void {
  if (quantile === undefined) throw problem('a sample without quantile');
  checkCanonical(quantile, format, problem);
  if (!(Number(quantile) >= 0 && Number(quantile) <= 1)) throw problem(`the quantile ${quantile} is not from 0 to 1`);
}

function checkCanonical(text: string, format: ExpositionFormat, problem: FailWith): void {
  if (format === 'openmetrics' && !/^(?:-?\d+(?:\.\d+(?:e[+-]\d{2,})?|e[+-]\d{2,})|[+-]Inf)$/u.test(text)) {
    throw problem(`${text} is not a canonical number`);
  }
}

/** What `Number` understands. */
function numberText(text: string): string {
  return text.replace(/^([+-]?)inf(?:inity)?$/iu, '$1Infinity');
}
