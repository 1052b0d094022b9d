import type { HealthEndpoint, HealthFamily } from '../../../presets/gatewayz/health-families.js';
import { healthFamilies } from '../../../presets/gatewayz/health-families.js';
import type { RangeSeries } from './range-query.js';
import { groupSeries, type SeriesGroup, valuesAt } from './series-group.js';

/** Known differences between this service and the exporter. */
export const documentedDifferences = {
  'frozen values':
    'the exporter kept exporting old values when an endpoint failed; gatewayz-metrics drops them after the stale limit',
  'zeros from error bodies':
    'the exporter exported 0 for fields missing from a response; gatewayz-metrics exports no value',
  'vanished labels': 'the exporter never removed a status that disappeared; gatewayz-metrics removes it',
  'error counting':
    'the exporter counted an error only when all requests failed; gatewayz-metrics counts every failed request',
  'default interval':
    'the exporter exported 300 when the Health Service reported no check interval; gatewayz-metrics exports no value',
} as const;

export type DocumentedDifference = keyof typeof documentedDifferences;

/** Samples of both jobs. */
export interface JobSamples {
  readonly old: readonly RangeSeries[];
  readonly fresh: readonly RangeSeries[];
  /** `gatewayz_metrics_health_endpoint_up` of the new job. */
  readonly endpointUp: readonly RangeSeries[];
  readonly pollSteps: number;
  /** Last step of the samples. */
  readonly last: number;
}

/** A step at which the two jobs differ. */
export interface Difference {
  readonly family: HealthFamily;
  readonly old: SeriesGroup;
  readonly step: number;
  /** Whether the new job has no sample. */
  readonly isGap: boolean;
}

/** Documented difference that explains a step, if any. Samples of the new job alone never explain one. */
export function explain(difference: Difference, samples: JobSamples): DocumentedDifference | undefined {
  const { family, old, step } = difference;
  const { source } = family;
  const now = valuesAt(old, step);
  if (source.kind === 'failures') return difference.isGap ? undefined : 'error counting';
  if (source.kind === 'last-success') return now.every((value) => value === 0) ? 'zeros from error bodies' : undefined;
  if (source.kind === 'answered') return undefined;
  const answered = isPresent(family.name, step, samples.fresh);
  const isFrozen = isConstant(old, step, samples);
  if (source.kind === 'counts' && difference.isGap && answered && isFrozen) return 'vanished labels';
  if (isZeroed(source.endpoint, difference, samples)) {
    return source.kind === 'counts' ? 'frozen values' : 'zeros from error bodies';
  }
  if (!isFrozen) return undefined;
  if (isDown(source.endpoint, step, samples) || hadErrors(step, samples)) return 'frozen values';
  const isDefault = family.name === 'gatewayz_health_check_interval_seconds' && now.every((value) => value === 300);
  return isDefault && !answered && isPresent('gatewayz_health_tracked_models', step, samples.fresh)
    ? 'default interval'
    : undefined;
}

/** Whether all numbers of an endpoint are 0 at once, which a working Health Service never reports. */
function isZeroed(endpoint: HealthEndpoint, { step }: Difference, samples: JobSamples): boolean {
  const names = healthFamilies
    .filter(({ source }) => source.kind === 'number' && source.endpoint === endpoint)
    .map(({ name }) => name);
  if (names.length === 0) return false;
  return near(step, samples).some((at) =>
    names.every((name) => {
      const values = groupSeries(samples.old.filter((series) => series.name === name)).flatMap((group) =>
        valuesAt(group, at),
      );
      return values.length > 0 && values.every((value) => value === 0);
    }),
  );
}

/** Whether the new job reports the endpoint down while the Health Service itself is reachable. */
function isDown(endpoint: HealthEndpoint, step: number, samples: JobSamples): boolean {
  const { old, fresh, endpointUp } = samples;
  const has = (series: readonly RangeSeries[], at: number, value: string) =>
    series.some(({ values }) => values.get(at) === value);
  const up = endpointUp.filter(({ labels }) => labels['endpoint'] === endpoint);
  const service = (of: readonly RangeSeries[]) => of.filter(({ name }) => name === 'gatewayz_health_service_up');
  const steps = near(step, samples);
  const isReachable =
    steps.some((at) => has(service(fresh), at, '1')) || steps.some((at) => has(service(old), at, '0'));
  return isReachable && steps.some((at) => has(up, at, '0'));
}

/** Whether the exporter counted an error within the last poll interval: it dropped the rest of that response. */
function hadErrors(step: number, { old, pollSteps }: JobSamples): boolean {
  return old
    .filter(({ name }) => name === 'gatewayz_health_service_scrape_errors_total')
    .some(({ values }) => Number(values.get(step)) > Number(values.get(step - pollSteps)));
}

function isPresent(name: string, step: number, series: readonly RangeSeries[]): boolean {
  return series.some((one) => one.name === name && one.values.has(step));
}

function isConstant(group: SeriesGroup, step: number, samples: JobSamples): boolean {
  const steps = near(step, samples);
  return group.series.every(({ values }) => new Set(steps.flatMap((at) => values.get(at) ?? [])).size <= 1);
}

/** Steps within one poll interval of a step. */
export function near(step: number, { pollSteps, last }: Pick<JobSamples, 'pollSteps' | 'last'>): readonly number[] {
  const from = Math.max(0, step - pollSteps);
  return Array.from({ length: Math.min(last, step + pollSteps) - from + 1 }, (_, index) => from + index);
}
