import { type ErrorCode, GatewayzMetricsError } from '../errors.js';
import { ApiError, type ErrorType } from './api-error.js';

type Failure = readonly [status: number, type: ErrorType, message: string];

/** 502: the upstream responds, but rejects us or is not Prometheus. */
const failures: Partial<Readonly<Record<ErrorCode, Failure>>> = {
  upstream_unreachable: [503, 'unavailable', 'the upstream cannot be reached'],
  upstream_overloaded: [503, 'unavailable', 'the upstream is overloaded or starting'],
  upstream_timeout: [503, 'timeout', 'the upstream ran out of time'],
  upstream_unauthorized: [502, 'internal', 'the upstream rejected the credentials of this service'],
  upstream_redirected: [502, 'internal', 'the upstream redirects, which is not followed'],
  upstream_invalid: [502, 'internal', 'the upstream sent no response of the Prometheus API'],
  upstream_too_large: [422, 'execution', 'the response is longer than the limit'],
};

/** The client's view of a failure; the details are for the log. */
export function upstreamFailure(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const known = error instanceof GatewayzMetricsError ? error : undefined;
  const [status, type, message] = (known && failures[known.code]) ?? [
    500,
    'internal',
    'the request could not be handled',
  ];
  return new ApiError(status, type, message, {
    retryAfter: known?.retryAfter,
    ...(known?.code === 'upstream_too_large' && { limit: 'answer_size' }),
  });
}
