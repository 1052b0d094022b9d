import { performance } from 'node:perf_hooks';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { GatewayzMetricsError } from '../errors.js';
import type { Authorize, Denial } from '../http/decision.js';
import type { MetricsRequest } from '../http/message.js';
import { secondsToWait } from '../http/seconds-to-wait.js';
import { ApiError } from './api-error.js';
import { apiErrorResponse } from './api-responses.js';
import type { Datasource } from './create-datasource.js';
import { type DatasourceResponse, toDatasourceRequest } from './message.js';

/** The data source behind authorization: it takes requests as adapters give them. */
export interface AuthorizedDatasource extends Omit<Datasource, 'handle'> {
  handle(request: MetricsRequest): Promise<DatasourceResponse>;
}

export interface DatasourceAccess {
  readonly authorize: Authorize;
  /** Calls of one reader in a minute. */
  readonly rate: number;
  /** Called once per refusal; refused calls are all counted under one name. */
  readonly observe: (endpoint: string, status: number, startedAt: number) => void;
}

/**
 * The same for those who are let in, whose answers are then apart from those of others, and as often as they may ask. Nothing
 * is told to anybody else, paths included.
 */
export function authorizedDatasource(
  datasource: Datasource,
  { authorize, rate, observe }: DatasourceAccess,
): AuthorizedDatasource {
  const limiter = new RateLimiterMemory({ points: rate, duration: 60 });
  return {
    ...datasource,
    async handle(request) {
      const startedAt = performance.now();
      const decision = await authorize(request, 'datasource');
      if (decision.allowed) {
        const { principal } = decision;
        // A name and an address never meet in one key.
        const reader = principal === undefined ? `from ${request.remoteAddress ?? 'unknown'}` : `named ${principal}`;
        const retryAfter = await secondsToWait(limiter, reader);
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
  const words = `more than ${rate.toLocaleString('en-US')} calls in a minute, which is the limit of one reader`;
  return new GatewayzMetricsError('rate_limited', words, { retryAfter });
}

function replyRefused({ error, challenge }: Denial): DatasourceResponse {
  const { status, code, message, retryAfter } = error;
  const reply = apiErrorResponse(new ApiError(status, code, message, { retryAfter }));
  return challenge === undefined ? reply : { ...reply, headers: { ...reply.headers, 'www-authenticate': challenge } };
}
