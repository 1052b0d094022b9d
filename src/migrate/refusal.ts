import { GatewayzMetricsError } from '../errors.js';

/** The error for what migrate will not do as things are: says what stands in the way and what to do about it. */
export function refusal(message: string): GatewayzMetricsError {
  return new GatewayzMetricsError('migration_refused', message);
}
