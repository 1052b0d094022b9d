import {
  degradedErrorRate,
  downErrorRate,
  fastResponseSeconds,
  slowResponseSeconds,
} from '../../catalogue/thresholds.js';

/**
 * Canonical PromQL of the provider values: the error rate from requests, availability from the error rate, states from
 * both. PromQL cannot name subexpressions, so the texts are long; queries use blocks, combined in `derive/providers.ts`.
 * A test compares both against a real Prometheus.
 */
const rateOf = (matchers: string): string =>
  `sum by (provider) (rate(model_inference_requests_total{provider!="",${matchers}}[5m]))`;
const meanOf = (metric: string): string =>
  `(sum by (provider) (rate(${metric}_sum{provider!=""}[5m])) / (sum by (provider) (rate(${metric}_count{provider!=""}[5m])) > 0))`;

const requests = rateOf('status!=""');
const derivedErrorRate = `((${rateOf('status!~"success|"')} or 0 * ${requests}) / (${requests} > 0))`;
const ownErrorRate = 'avg by (provider) (provider_error_rate{provider!=""} >= 0 <= 1)';
const percentOrRatio = '((max by (job) (provider_availability{provider!=""}) > bool 1) * 99 + 1)';
const ownAvailability = `(avg by (provider) ((provider_availability{provider!=""} >= 0) / on (job) group_left () ${percentOrRatio}) >= bool 0.5)`;

export const errorRate = `(${ownErrorRate} > 0) or ${derivedErrorRate} or ${ownErrorRate}`;

export const availability = `${ownAvailability} or (${derivedErrorRate} <= bool ${downErrorRate})`;

export const responseTime = [
  'avg by (provider) (provider_response_time_seconds{provider!=""} > 0)',
  meanOf('provider_response_time_seconds'),
  meanOf('model_inference_duration_seconds'),
  meanOf('provider_response_duration_seconds'),
].join(' or ');

const scored = `0 * ((${availability}) or (${errorRate}))`;
const latencyScore = `clamp((${slowResponseSeconds} - (${responseTime})) / ${slowResponseSeconds - fastResponseSeconds}, 0, 1)`;
const sumOfParts = (part: (expression: string) => string): string =>
  [
    `(0.4 * ${part(`(${availability})`)} or ${scored})`,
    `(0.3 * ${part(`(1 - (${errorRate}))`)} or ${scored})`,
    `(0.3 * ${part(latencyScore)} or ${scored})`,
  ].join(' + ');

export const healthScore = `avg by (provider) (gatewayz_provider_health_score{provider!=""} >= 0 <= 1) or (${sumOfParts((part) => part)}) / (${sumOfParts((part) => `(${part} >= bool 0)`)})`;

const own = (state: string): string => `max(gatewayz_providers_${state})`;
const ownIsWhole = `(${own('total')} >= (${own('healthy')} + ${own('degraded')} + ${own('down')}) > 0)`;
const severity = `(((${availability}) == bool 0) > 0 or (${errorRate}) or 0 * (${availability}))`;
const known = ['model_inference_requests_total', 'provider_availability', 'provider_error_rate']
  .map((metric) => `count by (provider) (${metric}{provider!=""})`)
  .join(' or ');

export const providerCounts = {
  total: `${own('total')} and on () ${ownIsWhole} or count(${known})`,
  healthy: `${own('healthy')} and on () ${ownIsWhole} or sum(${severity} < bool ${degradedErrorRate})`,
  degraded: `${own('degraded')} and on () ${ownIsWhole} or sum((${severity} >= bool ${degradedErrorRate}) * (${severity} <= bool ${downErrorRate}))`,
  down: `${own('down')} and on () ${ownIsWhole} or sum(${severity} > bool ${downErrorRate})`,
};

export const meanErrorRate = `avg(${errorRate})`;
export const meanResponseTimeMs = `1000 * avg(${responseTime})`;
