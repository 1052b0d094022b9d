import { performance } from 'node:perf_hooks';
import { GatewayzMetricsError } from '../errors.js';
import type { Authorize, Denial } from '../http/decision.js';
import type { MetricsRequest } from '../http/message.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { ApiError } from './api-error.js';
import { apiErrorResponse } from './api-responses.js';
import type { Datasource } from './create-datasource.js';
import { type DatasourceResponse, toDatasourceRequest } from './message.js';
import { readerKey } from './reader-key.js';

/** The data source behind authorization: it takes requests as adapters give them. */
export interface AuthorizedDatasource extends Omit<Datasource, 'handle'> {
  handle(request: MetricsRequest): Promise<DatasourceResponse>;
}

export interface DatasourceAccess {
  readonly authorize: Authorize;
  /** Requests of one reader per minute. */
  readonly rate: number;
  /** Called once per denied request; all are counted under one endpoint. */
  readonly observe: (endpoint: string, status: number, startedAt: number) => void;
}

/**
 * Adds authorization, a cache per principal and a rate limit per reader. Unauthorized clients cannot tell which paths exist.
 */
export function authorizedDatasource(
  datasource: Datasource,
  { authorize, rate, observe }: DatasourceAccess,
): AuthorizedDatasource {
  const limiter = new RateLimiter(rate, 60_000);
  return {
    ...datasource,
    async handle(request) {
      const startedAt = performance.now();
      const decision = await authorize(request, 'datasource');
      if (decision.allowed) {
        const { principal } = decision;
        const retryAfter = limiter.consume(readerKey(principal, request.remoteAddress));
        if (retryAfter === undefined) return datasource.handle(toDatasourceRequest(request, principal));
        observe('datasource_refused', 429, startedAt);
        return replyRefused({ allowed: false, error: tooOften(rate, retryAfter) });
      }
      observe('datasource_refused', decision.error.status, startedAt);
      return replyRefused(decision);
    },
  };
}

function tooOften(rate: number, retryAfter: number): GatewayzMetricsError {
  const words = `more than ${rate.toLocaleString('en-US')} requests in a minute, which is the limit per reader`;
  return new GatewayzMetricsError('rate_limited', words, { retryAfter });
}

function replyRefused({ error, challenge }: Denial): DatasourceResponse {
  const { status, code, message, retryAfter } = error;
  const reply = apiErrorResponse(new ApiError(status, code, message, { retryAfter }));
  return challenge === undefined ? reply : { ...reply, headers: { ...reply.headers, 'www-authenticate': challenge } };
}
