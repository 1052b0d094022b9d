import * as fc from 'fast-check';
import type { Scenario } from './scenario.js';

const number = fc.integer({ min: 0, max: 1_000_000 }).map((units) => String(units / 1000));
const implausible = fc.constantFrom('NaN', '+Inf', '-1', '0', '100', '1.5');
/** A gauge, mostly plausible. */
const gauge = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map(String) },
  { weight: 2, arbitrary: implausible },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 100 }).map(String) },
);
/** A counter over some minutes: steady, still, reset, with gaps, new or gone. */
const counter = fc.oneof(
  fc.tuple(number, number).map(([from, by]) => `${from}+${by}x20`),
  fc.tuple(number, number).map(([from, by]) => `${from}+${by}x9 0+${by}x10`),
  fc.tuple(number, number).map(([from, by]) => `${from}+${by}x4 _x5 ${from}+${by}x10`),
  fc.tuple(number, number).map(([from, by]) => `${from}+${by}x4 _x22`),
  number.map((value) => `${value}x20`),
  number,
);

const provider = fc.constantFrom('a', 'b', 'c', 'd', '');
const model = fc.constantFrom('m', 'n', '');
const status = fc.constantFrom('success', 'error', 'timeout', '');
const instance = fc.constantFrom('gateway-1', 'gateway-2');
const job = fc.constantFrom('gateway', 'other');

type Labelled = Readonly<Record<string, fc.Arbitrary<string>>>;

function series(names: readonly string[], labels: Labelled, values: fc.Arbitrary<string>) {
  return fc
    .tuple(fc.constantFrom(...names), fc.record({ ...labels, instance, job }), values)
    .map(([name, own, value]): [string, string] => [
      `${name}{${Object.entries(own).map(([label, text]) => `${label}="${text}"`)}}`,
      value,
    ]);
}

const layouts = [
  ['0.1', '1.0', '+Inf'],
  ['0.1', '1', '2.5', '+Inf'],
  ['0.1', '1.0', '10.0', '60.0', '+Inf'],
];

/** Whole histograms: every bucket is the one before and some more. */
const buckets = fc
  .tuple(
    fc.constantFrom(
      'fastapi_requests_duration_seconds',
      'database_query_duration_seconds',
      'model_inference_duration_seconds',
    ),
    fc.record({ model, provider, instance }),
    fc.constantFrom(...layouts),
    fc.array(fc.tuple(fc.nat(1000), fc.nat(50)), { minLength: 5, maxLength: 5 }),
  )
  .map(([metric, labels, bounds, shares]) =>
    bounds.map((le, index): [string, string] => {
      const [from, by] = shares.slice(0, index + 1).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
      return [
        `${metric}_bucket{${Object.entries({ ...labels, le }).map(([label, text]) => `${label}="${text}"`)}}`,
        `${from}+${by}x20`,
      ];
    }),
  );

const anySeries = fc.oneof(
  series(['fastapi_requests_total'], { status_code: fc.constantFrom('200', '404', '500', '503', '') }, counter),
  series(['fastapi_requests_duration_seconds_sum', 'fastapi_requests_duration_seconds_count'], {}, counter),
  series(['fastapi_requests_in_progress', 'cache_size_bytes', 'cache_hit_rate'], {}, gauge),
  series(['fastapi_exceptions_total'], { exception_type: fc.constantFrom('E', 'F') }, counter),
  series(['model_inference_requests_total'], { model, provider, status }, counter),
  series(['model_inference_requests_total'], { model, provider, status }, counter),
  series(
    [
      'model_inference_duration_seconds_sum',
      'model_inference_duration_seconds_count',
      'provider_response_time_seconds_sum',
      'provider_response_time_seconds_count',
      'provider_response_duration_seconds_sum',
      'provider_response_duration_seconds_count',
      'tokens_used_total',
      'credits_used_total',
    ],
    { model, provider },
    counter,
  ),
  series(
    [
      'provider_availability',
      'provider_error_rate',
      'provider_response_time_seconds',
      'gatewayz_provider_health_score',
    ],
    { provider },
    gauge,
  ),
  series(
    [
      'gatewayz_providers_total',
      'gatewayz_providers_healthy',
      'gatewayz_providers_degraded',
      'gatewayz_providers_down',
    ],
    {},
    fc.integer({ min: 0, max: 4 }).map(String),
  ),
  series(
    ['active_api_keys', 'subscription_count', 'trial_active'],
    { status: fc.constantFrom('active', 'revoked', '') },
    fc.integer({ min: 0, max: 1000 }).map(String),
  ),
  series(['database_query_duration_seconds'], { quantile: fc.constantFrom('0.5', '0.95', '0.99') }, gauge),
  series(['database_query_duration_seconds_sum', 'database_query_duration_seconds_count'], {}, counter),
  series(
    [
      'database_queries_total',
      'cache_hits_total',
      'cache_misses_total',
      'catalog_cache_hits_total',
      'catalog_cache_misses_total',
    ],
    {},
    counter,
  ),
  series(['catalog_cache_size_bytes'], { gateway: fc.constantFrom('g', 'h') }, gauge),
);

/** Gateways that nobody thought of; always the same ones. */
export const arbitraryScenarios: readonly Scenario[] = fc
  .sample(
    fc.tuple(fc.array(anySeries, { minLength: 5, maxLength: 60, size: 'max' }), fc.array(buckets, { maxLength: 6 })),
    { numRuns: 16, seed: 20260101 },
  )
  .map(([all, histograms], index) => ({
    name: `arbitrary_${index}`,
    says: `arbitrary series, number ${index}`,
    series: Object.fromEntries([...all, ...histograms.flat()]),
    values: {},
  }));
