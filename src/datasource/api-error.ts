import type { ErrorCode } from '../errors.js';

/** The limits that a call can run into: the `limit` label of our own metrics. */
export type LimitName = 'query_size' | 'points' | 'range' | 'answer_size' | 'timeout' | 'concurrency';

/** The kinds of error that the Prometheus API knows, as far as we have use for them. */
export type ErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled' | 'unavailable' | 'internal';

/** An error as the Prometheus API tells it. The message is for the client: nothing in it is of the inside. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: ErrorType | ErrorCode;
  /** The limit that stood in the way, where it was one. */
  readonly limit: LimitName | undefined;
  /** Seconds after which to come again. */
  readonly retryAfter: number | undefined;
  /** The connection cannot be used again: a part of the request is still on its way. */
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
