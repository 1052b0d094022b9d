import { GatewayzMetricsError } from '../../errors.js';

/** Error for an operation that migrate refuses; the message says why and what to do. */
export function refusedError(message: string): GatewayzMetricsError {
  return new GatewayzMetricsError('migration_refused', message);
}
