import { degradedErrorRate, downErrorRate } from '../catalogue/thresholds.js';

/** A metric with matchers: `name{matchers}`. The suffix goes between the two. */
export interface Series {
  readonly name: string;
  readonly matchers?: string;
}

export function select({ name, matchers = '' }: Series, suffix = ''): string {
  return matchers === '' ? name + suffix : `${name}${suffix}{${matchers}}`;
}

/** `sum [by (label)] (rate(series[5m]))`. */
export function sumRate(series: Series, by = '', suffix = ''): string {
  return `sum${by === '' ? ' ' : ` by (${by}) `}(rate(${select(series, suffix)}[5m]))`.replace('sum (', 'sum(');
}

/** Per minute; each series falls back to 5 minutes where its scrapes are too rare for 1 minute. */
export function requestRate(series: Series): string {
  return `60 * sum(rate(${select(series)}[1m]) or rate(${select(series)}[5m]))`;
}

/** Mean of a histogram or summary over 5 minutes, in milliseconds. */
export function meanMs(series: Series): string {
  return `1000 * ${sumRate(series, '', '_sum')} / (${sumRate(series, '', '_count')} > 0)`;
}

/** Unweighted mean over the values of a label of the mean of a histogram, in milliseconds. */
export function meanMsOver(label: string, series: Series): string {
  return `1000 * avg(${sumRate(series, label, '_sum')} / (${sumRate(series, label, '_count')} > 0))`;
}

/** Quantile 0.95 of a histogram in seconds, in milliseconds. */
export function p95Ms(series: Series): string {
  return `1000 * (histogram_quantile(0.95, ${sumRate(series, 'le', '_bucket')}) >= 0)`;
}

/** Errors over requests, 0 without errors and missing without requests; by a label, or in total. */
export function errorRate(errors: string, requests: Series, by = '', suffix = ''): string {
  const all = sumRate(requests, by, suffix);
  return `(${errors} or 0 * ${all}) / (${all} > 0)`;
}

/** The provider fields from an error rate by provider. A state is 0 only where the metric exists. */
export function providerFields(errorRateByProvider: string, metric: string): Readonly<Record<string, string>> {
  const none = `0 * count(${metric})`;
  return {
    'providers.healthy_providers': `count(${errorRateByProvider} < ${degradedErrorRate}) or ${none}`,
    'providers.degraded_providers': `count((${errorRateByProvider} >= ${degradedErrorRate}) <= ${downErrorRate}) or ${none}`,
    'providers.unavailable_providers': `count(${errorRateByProvider} > ${downErrorRate}) or ${none}`,
    'providers.avg_error_rate': `avg(${errorRateByProvider})`,
  };
}

/** Keys that were used in the last hour. A new series begins at its first count, which `increase` does not see. */
export function usedKeys(label: string, series: Series): string {
  const keys = select(series);
  return `count(count by (${label}) (increase(${keys}[1h]) > 0 or (${keys} unless ${keys} offset 1h))) or 0 * count(${series.name})`;
}
