import { type Clock, systemClock, type Timer } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Area, Authorize, Denial } from '../http/decision.js';
import type { MetricsRequest } from '../http/message.js';
import { RateLimiter } from '../http/rate-limiter.js';
import type { TokenStore } from './token-store.js';

/** Decision of the host application: true, or the reader's name, allows the request. */
export type HostAuthorize = (request: MetricsRequest, area: Area) => boolean | string | Promise<boolean | string>;

/** Failed logins allowed per address and minute. Valid tokens are never limited, because clients behind a proxy share its address. */
const failuresPerMinute = 20;
/** Longer tokens do not exist; hashing them would be work that an attacker chooses. */
const maxTokenLength = 512;
/** Milliseconds the host application may take: as long as a request waits for Prometheus. */
const decisionTimeout = 8_000;

const realm = 'Bearer realm="gatewayz-metrics"';
const unauthorized: Denial = {
  allowed: false,
  error: new GatewayzMetricsError('unauthorized', 'Expected a known bearer token.'),
  challenge: realm,
};

/** Authorizes by the tokens of `METRICS_TOKENS_FILE`: 401 for unknown tokens, 403 without the scope, 429 after many failures. */
export function authorizeByToken(tokens: TokenStore): Authorize {
  const limiter = new RateLimiter(failuresPerMinute, 60_000);
  return (request, area) => {
    const token = bearerToken(request.headers['authorization']);
    const reader = token === undefined ? undefined : tokens.find(token);
    if (!reader) return afterFailure(limiter, request.remoteAddress ?? 'unknown');
    if (reader.scopes.includes(area) || reader.scopes.includes('*')) return { allowed: true, principal: reader.name };
    const words = `The token of ${reader.name} does not have the scope ${area}.`;
    const challenge = `${realm}, error="insufficient_scope", scope="${area}"`;
    return { allowed: false, error: new GatewayzMetricsError('forbidden', words), challenge };
  };
}

/**
 * Authorizes by a function of the host application. If it throws, rejects or takes more than eight seconds, the request is denied;
 * `onError` is called once until it works again.
 */
export function authorizeByHost(
  decide: HostAuthorize,
  onError: (error: unknown) => void,
  clock: Clock = systemClock,
): Authorize {
  let failing = false;
  return async (request, area) => {
    try {
      const decision = await withTimeout(decide(request, area), clock);
      failing = false;
      if (decision === true) return { allowed: true, principal: undefined };
      if (typeof decision === 'string' && decision !== '') return { allowed: true, principal: decision };
    } catch (error) {
      if (!failing) onError(error);
      failing = true;
    }
    const error = new GatewayzMetricsError('forbidden', 'The host application denied the request.');
    return { allowed: false, error };
  };
}

async function withTimeout<T>(decision: T | Promise<T>, clock: Clock): Promise<T> {
  if (typeof decision !== 'object') return decision;
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`authorize: expected a decision within ${decisionTimeout / 1000} s, got none`);
    timer = clock.setTimeout(() => reject(error), decisionTimeout);
  });
  return Promise.race([decision, late]).finally(() => timer?.cancel());
}

function afterFailure(limiter: RateLimiter, address: string): Denial {
  const retryAfter = limiter.consume(address);
  if (retryAfter === undefined) return unauthorized;
  const words = 'Too many failed logins.';
  return { allowed: false, error: new GatewayzMetricsError('rate_limited', words, { retryAfter }) };
}

/** The scheme is case-insensitive (RFC 9110 section 11.1). Joined headers are not a token. */
function bearerToken(header: string | readonly string[] | undefined): string | undefined {
  if (typeof header !== 'string' || header.length > maxTokenLength + 16) return undefined;
  return /^bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];
}
