/** How far the values on the page can be trusted, from nothing but the last good response. */

export type Freshness = 'fresh' | 'old' | 'expired';

export interface Arrival {
  /** Readings of both clocks when the response arrived, milliseconds. */
  readonly wall: number;
  readonly monotonic: number;
  readonly ageSeconds: number;
  /** Seconds until the next evaluation was due. */
  readonly nextSeconds: number;
  readonly staleLimitSeconds: number;
}

/**
 * Age of the values in seconds. The larger of both clocks counts: the monotonic one may stand still while the machine
 * sleeps, the wall clock may be set back.
 */
export function ageOf(arrival: Arrival, wall: number, monotonic: number): number {
  return arrival.ageSeconds + Math.max(0, wall - arrival.wall, monotonic - arrival.monotonic) / 1000;
}

/** Old: two evaluations and some time on the way are overdue. Expired: nothing may be shown any more. */
export function freshnessOf(arrival: Arrival, age: number): Freshness {
  if (age > arrival.staleLimitSeconds) return 'expired';
  const waited = age - arrival.ageSeconds;
  return waited > 2 * Math.max(arrival.nextSeconds, 1) + 10 ? 'old' : 'fresh';
}
