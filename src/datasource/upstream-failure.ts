import { type ErrorCode, GatewayzMetricsError } from '../errors.js';
import { ApiError, type ErrorType } from './api-error.js';

type Told = readonly [status: number, type: ErrorType, message: string];

/** 502 is for an upstream that answers, but not to us, or not as Prometheus does. */
const told: Partial<Readonly<Record<ErrorCode, Told>>> = {
  upstream_unreachable: [503, 'unavailable', 'the upstream cannot be reached'],
  upstream_overloaded: [503, 'unavailable', 'the upstream asks for patience'],
  upstream_timeout: [503, 'timeout', 'the upstream ran out of time'],
  upstream_unauthorized: [502, 'internal', 'the upstream refuses the credentials of this service'],
  upstream_redirected: [502, 'internal', 'the upstream answers with a redirect, which is not followed'],
  upstream_invalid: [502, 'internal', 'the upstream does not answer as Prometheus does'],
  upstream_too_large: [422, 'execution', 'the answer is longer than the limit'],
};

/** What a client is told about a failure; the rest is for the log. */
export function upstreamFailure(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const known = error instanceof GatewayzMetricsError ? error : undefined;
  const [status, type, message] = (known && told[known.code]) ?? [500, 'internal', 'the call could not be made'];
  return new ApiError(status, type, message, {
    retryAfter: known?.retryAfter,
    ...(known?.code === 'upstream_too_large' && { limit: 'answer_size' }),
  });
}
