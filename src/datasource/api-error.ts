import type { ErrorCode } from '../errors.js';

/** Limits of the datasource: the `limit` label of our own metrics. */
export type LimitName = 'query_size' | 'points' | 'range' | 'answer_size' | 'timeout' | 'concurrency';

/** Error types of the Prometheus API that are used here. */
export type ErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled' | 'unavailable' | 'internal';

/** An error response of the Prometheus API. The message is for the client and reveals no internals. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: ErrorType | ErrorCode;
  /** The limit that was exceeded, if it was one. */
  readonly limit: LimitName | undefined;
  /** Seconds for `Retry-After`. */
  readonly retryAfter: number | undefined;
  /** The connection cannot be reused, because a part of the request is unread. */
  readonly closes: boolean;

  constructor(
    status: number,
    type: ErrorType | ErrorCode,
    message: string,
    more: { limit?: LimitName; retryAfter?: number | undefined; closes?: boolean; cause?: unknown } = {},
  ) {
    super(message, 'cause' in more ? { cause: more.cause } : undefined);
    this.status = status;
    this.type = type;
    this.limit = more.limit;
    this.retryAfter = more.retryAfter;
    this.closes = more.closes ?? false;
  }
}
