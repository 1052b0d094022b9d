import { formatDuration } from '../duration.js';
import { ApiError, type LimitName } from './api-error.js';
import { type Endpoint, endpoints, type ParameterRule } from './endpoints.js';
import type { DatasourceLimits } from './limits.js';
import type { Parameters } from './parameters.js';
import { readStep, readTime } from './read-time.js';

const rulesOf = new Map(
  endpoints.map((endpoint) => {
    const rules = Object.entries(endpoint.parameters);
    const under = (wanted: ParameterRule) => rules.filter(([, rule]) => rule === wanted).map(([name]) => name);
    const has = { range: under('range').length > 0, timeout: under('timeout').length > 0 };
    return [endpoint, { promql: under('promql'), has }];
  }),
);

/**
 * Checks the limits and returns the parameters to forward. PromQL is not parsed: dialect and error texts are the upstream's.
 * Unreadable values are forwarded too, for the upstream to reject.
 *
 * @param now Epoch milliseconds.
 * @throws {ApiError} if a limit is exceeded
 */
export function guard(endpoint: Endpoint, parameters: Parameters, limits: DatasourceLimits, now: number): Parameters {
  const { promql, has } = rulesOf.get(endpoint)!;
  const size = promql.reduce((sum, name) => sum + parameters.size(name), 0);
  if (size > limits.querySize) {
    const words = `${size} bytes are more than the limit of ${limits.querySize} bytes`;
    throw rejection('query_size', `invalid parameter "${promql[0]}": ${words}`);
  }
  if (has.range) guardRange(parameters, limits, now);
  return has.timeout ? capTimeout(parameters, limits) : parameters;
}

/** The texts are Prometheus's own where it rejects the same. */
function guardRange(parameters: Parameters, { points, range: longest }: DatasourceLimits, now: number): void {
  const moment = (name: 'start' | 'end', otherwise: number): number | undefined => {
    const text = parameters.first(name);
    const read = text === '' ? otherwise : readTime(text, now);
    if (Number.isNaN(read)) {
      throw rejection(undefined, `invalid parameter "${name}": cannot parse "${text}" to a valid timestamp`);
    }
    return read;
  };
  // Prometheus requires all three; VictoriaMetrics has defaults, of which only that of `end` can make a range long.
  const end = moment('end', now);
  const start = moment('start', end ?? now);
  const step = readStep(parameters.first('step'));
  const range = start === undefined || end === undefined ? 0 : end - start;
  // Prometheus rejects it before anything else; for other engines it is an empty range.
  if (range < 0) return;
  if (step !== undefined && !(step > 0)) {
    const words = 'zero or negative query resolution step widths are not accepted. Try a positive integer';
    throw rejection(undefined, `invalid parameter "step": ${words}`);
  }
  if (step !== undefined && Math.floor(range / step) > points) {
    const most = points.toLocaleString('en-US');
    const words = `exceeded maximum resolution of ${most} points per timeseries`;
    throw rejection('points', `${words}. Try decreasing the query resolution (?step=XX)`);
  }
  if (range > longest) {
    throw rejection('range', `the time range is longer than the limit of ${formatDuration(longest)}`);
  }
}

function capTimeout(parameters: Parameters, { timeout }: DatasourceLimits): Parameters {
  const asked = readStep(parameters.first('timeout'));
  return asked !== undefined && asked > timeout ? parameters.with('timeout', String(timeout / 1000)) : parameters;
}

function rejection(limit: LimitName | undefined, message: string): ApiError {
  return new ApiError(400, 'bad_data', message, limit === undefined ? {} : { limit });
}
