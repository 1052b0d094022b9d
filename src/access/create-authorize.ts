import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { GatewayzMetricsError } from '../errors.js';
import type { Area, Authorize, Decision } from '../http/decision.js';
import type { MetricsRequest } from '../http/message.js';
import type { TokenStore } from './token-store.js';

/** An embedding host's own decision: true, or the reader's name, lets the request pass. */
export type HostAuthorize = (request: MetricsRequest, area: Area) => boolean | string | Promise<boolean | string>;

/** Failed attempts of one address before it is told to wait. A right token passes all the same: others may share the address. */
const failures = { points: 20, duration: 60 };
/** No token of ours is longer; hashing more would be work for an attacker to order. */
const longestToken = 512;

const denied = (error: GatewayzMetricsError): Decision => ({ allowed: false, error });
const unauthorized = new GatewayzMetricsError('unauthorized', 'Expected a bearer token that is known here.');

/** Decides by the tokens of `METRICS_TOKENS_FILE`: 401 without a known one, 403 without the scope, 429 after many failures. */
export function authorizeByToken(tokens: TokenStore): Authorize {
  const limiter = new RateLimiterMemory(failures);
  return (request, area) => {
    const token = bearerToken(request.headers['authorization']);
    const reader = token === undefined ? undefined : tokens.find(token);
    if (!reader) return afterFailure(limiter, request.remoteAddress ?? 'unknown');
    if (reader.scopes.includes(area) || reader.scopes.includes('*')) return { allowed: true, principal: reader.name };
    return denied(
      new GatewayzMetricsError('forbidden', `The token of ${reader.name} does not have the scope ${area}.`),
    );
  };
}

/** Decides as the host does; a host that throws lets nobody in. */
export function authorizeByHost(decide: HostAuthorize, onDefect: (error: unknown) => void): Authorize {
  return async (request, area) => {
    try {
      const decision = await decide(request, area);
      if (decision === true) return { allowed: true, principal: undefined };
      if (typeof decision === 'string' && decision !== '') return { allowed: true, principal: decision };
    } catch (error) {
      onDefect(error);
    }
    return denied(new GatewayzMetricsError('forbidden', 'This host does not let the request pass.'));
  };
}

async function afterFailure(limiter: RateLimiterMemory, address: string): Promise<Decision> {
  try {
    await limiter.consume(address);
    return denied(unauthorized);
  } catch (refusal) {
    const retryAfter = refusal instanceof RateLimiterRes ? Math.ceil(refusal.msBeforeNext / 1000) : failures.duration;
    return denied(
      new GatewayzMetricsError('rate_limited', 'Too many failed attempts to authenticate.', { retryAfter }),
    );
  }
}

/** The scheme's name is matched in any case, as RFC 9110 section 11.1 has it. Two headers, or anything else, are no token. */
function bearerToken(header: string | readonly string[] | undefined): string | undefined {
  if (typeof header !== 'string' || header.length > longestToken + 16) return undefined;
  return /^bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];
}
