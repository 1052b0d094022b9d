import type { Criterion } from '../report.js';
import type { CheckedEndpoint } from './checked-endpoints.js';
import type { Burst } from './service-client.js';
import { boundOfQuantile, countedBetween } from './service-metrics.js';

/** Requests per endpoint, and the quantile that must be within the budget. */
export interface Load {
  readonly requests: number;
  readonly quantile: number;
}

/** Measurements of one endpoint. */
export interface MeasuredTimes {
  /** Undefined if the endpoint does not return 200. */
  readonly burst: Burst | undefined;
  /** Cumulative counts of the service's own histogram, by upper bound in seconds; undefined where it could not be read. */
  readonly before: ReadonlyMap<number, number> | undefined;
  readonly after: ReadonlyMap<number, number> | undefined;
}

/** The criterion `time.<endpoint>`: `value` is the upper bound, in milliseconds, of the bucket that holds the quantile. */
export function checkHandlingTime(
  { endpoint, budget }: Pick<CheckedEndpoint, 'endpoint' | 'budget'>,
  { burst, before, after }: MeasuredTimes,
  { requests, quantile }: Load,
): Criterion {
  const criterion = { id: `time.${endpoint}`, budget };
  const fail = (detail: string): Criterion => ({ ...criterion, ok: false, value: null, detail });
  if (!burst) {
    return { ...criterion, ok: true, value: null, detail: 'not measured: the endpoint fails', level: 'skip' };
  }
  if (burst.problems.size > 0) {
    const problems = [...burst.problems].map(([problem, count]) => `${count} × ${problem}`).join(', ');
    return fail(`of ${requests} requests some failed: ${problems}`);
  }
  if (!before || !after) return fail('the service reports no handling times: its scrape target could not be read');
  const counted = countedBetween(before, after);
  const total = counted?.get(Number.POSITIVE_INFINITY) ?? 0;
  if (!counted || total < requests) {
    return fail(
      `its own histogram counted ${counted ? total : 'less than before'} of ${requests} requests: it was restarted, or several instances are behind this URL; set --url to one of them`,
    );
  }
  const bound = boundOfQuantile(counted, quantile)!;
  const name = `p${Math.round(quantile * 100)}`;
  const beside = `client ${name} ${clientTime(burst.seconds, quantile)} ms`;
  if (bound === Number.POSITIVE_INFINITY) {
    return fail(`${name} of ${total} is longer than any bound; ${beside}; ${heldUp}`);
  }
  const value = toMilliseconds(bound);
  const detail = `${name} of ${total} at most ${value} ms; ${beside}`;
  return value <= budget
    ? { ...criterion, ok: true, value, detail }
    : { ...criterion, ok: false, value, detail: `${detail}; ${heldUp}` };
}

/** Responses are rendered beforehand: a slow one waits for the process. */
const heldUp = 'something blocks the event loop of the process, or it needs more CPU';

function clientTime(seconds: readonly number[], quantile: number): number {
  const sorted = [...seconds].sort((a, b) => a - b);
  return toMilliseconds(sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0);
}

/** With two decimals. */
export function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 100_000) / 100;
}
