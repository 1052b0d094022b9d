import { RateLimiterMemory } from 'rate-limiter-flexible';
import { type Clock, systemClock, type Timer } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Area, Authorize, Denial } from '../http/decision.js';
import type { MetricsRequest } from '../http/message.js';
import { secondsToWait } from '../http/seconds-to-wait.js';
import type { TokenStore } from './token-store.js';

/** An embedding host's own decision: true, or the reader's name, lets the request pass. */
export type HostAuthorize = (request: MetricsRequest, area: Area) => boolean | string | Promise<boolean | string>;

/**
 * Failed attempts of one address, and the seconds in which they count, before it is told to wait. A right token passes all the
 * same: others may share the address, behind a proxy all do.
 */
const failures = { points: 20, duration: 60 };
/** No token of ours is longer; hashing more would be work for an attacker to order. */
const longestToken = 512;
/** Milliseconds that a host may take to decide: as long as a request waits for Prometheus. */
const decidesWithin = 8_000;

const realm = 'Bearer realm="gatewayz-metrics"';
const unauthorized: Denial = {
  allowed: false,
  error: new GatewayzMetricsError('unauthorized', 'Expected a bearer token that is known here.'),
  challenge: realm,
};

/** Decides by the tokens of `METRICS_TOKENS_FILE`: 401 without a known one, 403 without the scope, 429 after many failures. */
export function authorizeByToken(tokens: TokenStore): Authorize {
  const limiter = new RateLimiterMemory(failures);
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
 * Decides as the host does. One that throws, or does not decide within eight seconds, lets nobody in; `onDefect` hears of it
 * once, until the host has decided again.
 */
export function authorizeByHost(
  decide: HostAuthorize,
  onDefect: (error: unknown) => void,
  clock: Clock = systemClock,
): Authorize {
  let failing = false;
  return async (request, area) => {
    try {
      const decision = await inTime(decide(request, area), clock);
      failing = false;
      if (decision === true) return { allowed: true, principal: undefined };
      if (typeof decision === 'string' && decision !== '') return { allowed: true, principal: decision };
    } catch (error) {
      if (!failing) onDefect(error);
      failing = true;
    }
    const error = new GatewayzMetricsError('forbidden', 'This host does not let the request pass.');
    return { allowed: false, error };
  };
}

async function inTime<T>(decision: T | Promise<T>, clock: Clock): Promise<T> {
  if (typeof decision !== 'object') return decision;
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`authorize: expected a decision within ${decidesWithin / 1000} s, got none`);
    timer = clock.setTimeout(() => reject(error), decidesWithin);
  });
  return Promise.race([decision, late]).finally(() => timer?.cancel());
}

async function afterFailure(limiter: RateLimiterMemory, address: string): Promise<Denial> {
  const retryAfter = await secondsToWait(limiter, address);
  if (retryAfter === undefined) return unauthorized;
  const words = 'Too many failed attempts to authenticate.';
  return { allowed: false, error: new GatewayzMetricsError('rate_limited', words, { retryAfter }) };
}

/** The scheme's name is matched in any case, as RFC 9110 section 11.1 has it. Two headers, or anything else, are no token. */
function bearerToken(header: string | readonly string[] | undefined): string | undefined {
  if (typeof header !== 'string' || header.length > longestToken + 16) return undefined;
  return /^bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1];
}
