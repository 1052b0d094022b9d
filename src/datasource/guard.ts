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
 * The parameters as they may go on. PromQL is not parsed: that is for the upstream, whose dialect and error texts are its
 * own. What we cannot read goes on too, for the upstream to refuse.
 *
 * @param now Epoch milliseconds.
 * @throws AnswerError for a call that is over a limit
 */
export function guard(endpoint: Endpoint, parameters: Parameters, limits: DatasourceLimits, now: number): Parameters {
  const { promql, has } = rulesOf.get(endpoint)!;
  const size = promql.reduce((sum, name) => sum + parameters.size(name), 0);
  if (size > limits.querySize) {
    const words = `${size} bytes are more than the limit of ${limits.querySize} bytes`;
    throw refusal('query_size', `invalid parameter "${promql[0]}": ${words}`);
  }
  if (has.range) guardRange(parameters, limits, now);
  return has.timeout ? capTimeout(parameters, limits) : parameters;
}

/** The texts are Prometheus's own where it refuses the same. */
function guardRange(parameters: Parameters, { points, range: longest }: DatasourceLimits, now: number): void {
  const moment = (name: 'start' | 'end', otherwise: number): number | undefined => {
    const text = parameters.first(name);
    const read = text === '' ? otherwise : readTime(text, now);
    if (Number.isNaN(read)) {
      throw refusal(undefined, `invalid parameter "${name}": cannot parse "${text}" to a valid timestamp`);
    }
    return read;
  };
  // Prometheus wants all three; VictoriaMetrics has defaults, of which only that of `end` can make a range long.
  const end = moment('end', now);
  const start = moment('start', end ?? now);
  const step = readStep(parameters.first('step'));
  const range = start === undefined || end === undefined ? 0 : end - start;
  // Refused by Prometheus before anything else, and the empty range of other engines.
  if (range < 0) return;
  if (step !== undefined && !(step > 0)) {
    const words = 'zero or negative query resolution step widths are not accepted. Try a positive integer';
    throw refusal(undefined, `invalid parameter "step": ${words}`);
  }
  if (step !== undefined && Math.floor(range / step) > points) {
    const most = points.toLocaleString('en-US');
    const words = `exceeded maximum resolution of ${most} points per timeseries`;
    throw refusal('points', `${words}. Try decreasing the query resolution (?step=XX)`);
  }
  if (range > longest) {
    throw refusal('range', `the time range is longer than the limit of ${formatDuration(longest)}`);
  }
}

function capTimeout(parameters: Parameters, { timeout }: DatasourceLimits): Parameters {
  const asked = readStep(parameters.first('timeout'));
  return asked !== undefined && asked > timeout ? parameters.with('timeout', String(timeout / 1000)) : parameters;
}

function refusal(limit: LimitName | undefined, message: string): ApiError {
  return new ApiError(400, 'bad_data', message, limit === undefined ? {} : { limit });
}
