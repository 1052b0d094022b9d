import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';
import { compareJobs, type JobsComparison } from './compare-jobs.js';
import { exporterFamilies } from './exporter.js';
import { pollInterval, usualPoll } from './poll-interval.js';
import type { RangeClient } from './range-query.js';

export interface VerifyOptions {
  readonly oldJob: string;
  readonly newJob: string;
  /** Milliseconds. */
  readonly window: number;
  /** How often either side polls the Health Service, in milliseconds; by default as it shows in Prometheus, else 30 s. */
  readonly poll?: number;
}

export interface Verification extends JobsComparison {
  /** End of the window, epoch milliseconds. */
  readonly at: number;
}

/** Prometheus answers at most so many steps. */
const mostSteps = 10_900;

/** Compares the two jobs over the window that ends now. */
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
  const reach = stepsOf(options.poll ?? seen, step);
  const steps = { first, last, seconds: step / 1000, time: (index: number) => (range.start + index * step) / 1000 };
  return { ...compareJobs({ old, fresh, endpointUp, reach, last }, steps, { old: oldJob, fresh: newJob }), at: end };
}

/** A poll, or what makes 20 steps of a short window and no more than Prometheus answers of a long one; whole seconds. */
function stepOf({ window, poll = usualPoll }: VerifyOptions): number {
  const fine = Math.min(poll, Math.max(1000, window / 20));
  return Math.ceil(Math.max(fine, window / mostSteps) / 1000) * 1000;
}

/** Steps that two jobs can be apart by one poll: what one saw and the other just missed, each as late as a scrape can be. */
function stepsOf(poll: number, step: number): number {
  return Math.ceil((2 * poll) / step);
}

/** Codes of failures that may pass by themselves. */
const passing: ReadonlySet<string> = new Set(['upstream_unreachable', 'upstream_timeout', 'upstream_overloaded']);

/**
 * Compares again after every poll until the window is full, telling of each look; outages of Prometheus are waited out.
 * Where the two jobs have not been seen together for as long as the window, it ends with the comparison as it is.
 * @param tell Gets a comparison, or the message of a failure.
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
      if (!(error instanceof GatewayzMetricsError && passing.has(error.code))) throw error;
      tell(error.message);
    }
    if (!isSeen && clock.now() - started > options.window) break;
    await delay(stepOf(options), undefined, { signal });
  }
  return verifyJobs(client, options, clock.now(), signal);
}
