import type { HealthEndpoint, HealthFamily } from '../catalogue/health.js';
import { healthFamilies } from '../catalogue/health.js';
import type { RangeSeries } from './range-query.js';
import { groupSeries, type SeriesGroup, valuesAt } from './series-group.js';

/** Where this service knowingly differs from the exporter, and why that is no loss. */
export const documentedDifferences = {
  'frozen values': 'the exporter went on showing old values when an endpoint failed; here they go after a while',
  'zeros from error bodies': 'the exporter wrote 0 for what the Health Service did not say; here there is no value',
  'vanished labels': 'the exporter never removed a status that is no more; here it goes',
  'error counting': 'the exporter counted an error only when everything failed; here every failed request counts',
  'default interval': 'the exporter wrote 300 where the Health Service gave no check interval; here there is no value',
} as const;

export type DocumentedDifference = keyof typeof documentedDifferences;

/** Samples of both jobs, and how many steps count as "within one poll". */
export interface Evidence {
  readonly old: readonly RangeSeries[];
  readonly fresh: readonly RangeSeries[];
  /** `gatewayz_metrics_health_endpoint_up` of the new job. */
  readonly endpointUp: readonly RangeSeries[];
  readonly reach: number;
  /** The last step there is. */
  readonly last: number;
}

/** One place at which the two jobs differ; absent counts as a value. */
export interface Difference {
  readonly family: HealthFamily;
  readonly old: SeriesGroup;
  readonly step: number;
  /** The new job has no sample at all. */
  readonly isGap: boolean;
}

/** Names the documented difference that explains a place, if one does. What only the new job says explains nothing. */
export function explain(difference: Difference, evidence: Evidence): DocumentedDifference | undefined {
  const { family, old, step } = difference;
  const { source } = family;
  const now = valuesAt(old, step);
  if (source.kind === 'failures') return difference.isGap ? undefined : 'error counting';
  if (source.kind === 'last-success') return now.every((value) => value === 0) ? 'zeros from error bodies' : undefined;
  if (source.kind === 'answered') return undefined;
  const answered = isPresent(family.name, step, evidence.fresh);
  const stands = isConstant(old, step, evidence);
  if (source.kind === 'counts' && difference.isGap && answered && stands) return 'vanished labels';
  if (isZeroed(source.endpoint, difference, evidence)) {
    return source.kind === 'counts' ? 'frozen values' : 'zeros from error bodies';
  }
  if (!stands) return undefined;
  if (isDown(source.endpoint, step, evidence) || hadErrors(step, evidence)) return 'frozen values';
  const isDefault = family.name === 'gatewayz_health_check_interval_seconds' && now.every((value) => value === 300);
  return isDefault && !answered && isPresent('gatewayz_health_tracked_models', step, evidence.fresh)
    ? 'default interval'
    : undefined;
}

/** All numbers of an endpoint at 0 at once: no real Health Service says that it knows of no model and no provider. */
function isZeroed(endpoint: HealthEndpoint, { step }: Difference, evidence: Evidence): boolean {
  const names = healthFamilies
    .filter(({ source }) => source.kind === 'number' && source.endpoint === endpoint)
    .map(({ name }) => name);
  if (names.length === 0) return false;
  return near(step, evidence).some((at) =>
    names.every((name) => {
      const values = groupSeries(evidence.old.filter((series) => series.name === name)).flatMap((group) =>
        valuesAt(group, at),
      );
      return values.length > 0 && values.every((value) => value === 0);
    }),
  );
}

/** The new job says that the endpoint fails, and it is not just the new job that cannot reach the Health Service. */
function isDown(endpoint: HealthEndpoint, step: number, evidence: Evidence): boolean {
  const { old, fresh, endpointUp } = evidence;
  const has = (series: readonly RangeSeries[], at: number, value: string) =>
    series.some(({ values }) => values.get(at) === value);
  const up = endpointUp.filter(({ labels }) => labels['endpoint'] === endpoint);
  const service = (of: readonly RangeSeries[]) => of.filter(({ name }) => name === 'gatewayz_health_service_up');
  const steps = near(step, evidence);
  const isReachable =
    steps.some((at) => has(service(fresh), at, '1')) || steps.some((at) => has(service(old), at, '0'));
  return isReachable && steps.some((at) => has(up, at, '0'));
}

/** The exporter stumbled over a value and left the rest of the answer unread. */
function hadErrors(step: number, { old, reach }: Evidence): boolean {
  return old
    .filter(({ name }) => name === 'gatewayz_health_service_scrape_errors_total')
    .some(({ values }) => Number(values.get(step)) > Number(values.get(step - reach)));
}

function isPresent(name: string, step: number, series: readonly RangeSeries[]): boolean {
  return series.some((one) => one.name === name && one.values.has(step));
}

function isConstant(group: SeriesGroup, step: number, evidence: Evidence): boolean {
  const steps = near(step, evidence);
  return group.series.every(({ values }) => new Set(steps.flatMap((at) => values.get(at) ?? [])).size <= 1);
}

/** The steps within one poll of a step, as far as there are any. */
export function near(step: number, { reach, last }: Pick<Evidence, 'reach' | 'last'>): readonly number[] {
  const from = Math.max(0, step - reach);
  return Array.from({ length: Math.min(last, step + reach) - from + 1 }, (_, index) => from + index);
}
