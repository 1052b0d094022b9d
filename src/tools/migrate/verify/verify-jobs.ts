import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../clock.js';
import { GatewayzMetricsError } from '../../../errors.js';
import { exporterFamilies } from '../find/exporter.js';
import { compareJobs, type JobsComparison } from './compare-jobs.js';
import { pollInterval, usualPoll } from './poll-interval.js';
import type { RangeClient } from './range-query.js';

export interface VerifyOptions {
  readonly oldJob: string;
  readonly newJob: string;
  /** Milliseconds. */
  readonly window: number;
  /** Poll interval of the Health Service in milliseconds; default: detected from the samples, else 30 s. */
  readonly poll?: number;
}

export interface Verification extends JobsComparison {
  /** End of the window, epoch milliseconds. */
  readonly at: number;
}

/** Maximum number of steps; Prometheus rejects more than 11,000. */
const mostSteps = 10_900;

/** Compares the two jobs over the window that ends at `now` (epoch milliseconds). */
export async function verifyJobs(
  client: RangeClient,
  options: VerifyOptions,
  now: number,
  signal: AbortSignal,
): Promise<Verification> {
  const { oldJob, newJob, window } = options;
  const step = stepOf(options);
  const end = Math.floor(now / 1000) * 1000;
  const first = stepsOf(options.poll ?? usualPoll, step);
  const last = first + Math.floor(window / step);
  const range = { start: end - last * step, end, step };
  const names = [...exporterFamilies].join('|');
  const ask = (selector: string) => client.query(selector, range, signal);
  const job = (name: string) => `job=${JSON.stringify(name)}`;
  const [old, fresh, endpointUp] = await Promise.all([
    ask(`{__name__=~"${names}",${job(oldJob)}}`),
    ask(`{__name__=~"${names}",${job(newJob)}}`),
    ask(`gatewayz_metrics_health_endpoint_up{${job(newJob)}}`),
  ]);
  const seen = Math.max(...[old, fresh].map((series) => pollInterval(series) ?? usualPoll));
  const pollSteps = stepsOf(options.poll ?? seen, step);
  const steps = { first, last, seconds: step / 1000, time: (index: number) => (range.start + index * step) / 1000 };
  return {
    ...compareJobs({ old, fresh, endpointUp, pollSteps, last }, steps, { old: oldJob, fresh: newJob }),
    at: end,
  };
}

/** Query step in milliseconds: one poll interval, finer for short windows (20 steps), coarser for long ones. */
function stepOf({ window, poll = usualPoll }: VerifyOptions): number {
  const fine = Math.min(poll, Math.max(1000, window / 20));
  return Math.ceil(Math.max(fine, window / mostSteps) / 1000) * 1000;
}

/** Steps by which two jobs may differ: one poll interval, seen through scrapes on both sides. */
function stepsOf(poll: number, step: number): number {
  return Math.ceil((2 * poll) / step);
}

/** Codes of transient errors. */
const transientCodes: ReadonlySet<string> = new Set([
  'upstream_unreachable',
  'upstream_timeout',
  'upstream_overloaded',
]);

/**
 * Compares after every poll interval until the window is full, and retries through outages of Prometheus. Gives up if
 * the two jobs were never seen together for as long as the window.
 * @param tell Receives each comparison, or the message of an error.
 */
export async function followJobs(
  client: RangeClient,
  options: VerifyOptions,
  clock: Clock,
  signal: AbortSignal,
  tell: (look: Verification | string) => void,
): Promise<Verification> {
  const started = clock.now();
  let isSeen = false;
  for (;;) {
    try {
      const verification = await verifyJobs(client, options, clock.now(), signal);
      tell(verification);
      if (verification.isFull) return verification;
      isSeen ||= verification.coveredSeconds > 0;
    } catch (error) {
      if (!(error instanceof GatewayzMetricsError && transientCodes.has(error.code))) throw error;
      tell(error.message);
    }
    if (!isSeen && clock.now() - started > options.window) break;
    await delay(stepOf(options), undefined, { signal });
  }
  return verifyJobs(client, options, clock.now(), signal);
}
