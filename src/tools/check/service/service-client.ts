import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { OriginPool } from '../../../http-client/origin-pool.js';
import { joinBody } from '../../../http-client/read-body.js';
import { explainFailure, type RequestFailure } from './explain-failure.js';

export interface ServiceResponse {
  readonly status: number;
  /** As it was sent; empty where there was none. */
  readonly contentType: string;
  readonly location: string | undefined;
  readonly body: string;
  /** From sending the request to the last byte of the response. */
  readonly seconds: number;
}

/** Outcome of a number of equal requests. */
export interface Burst {
  /** Client times of the responses with status 200, in seconds. */
  readonly seconds: readonly number[];
  /** Other outcomes, and how often. */
  readonly problems: ReadonlyMap<string, number>;
}

export interface ServiceOptions {
  /** Origin, and a path where a proxy adds one; without trailing slash. */
  readonly url: string;
  readonly prefix: string;
  readonly token: (() => Promise<string>) | undefined;
}

/** Milliseconds for one response: a cold one may take eight seconds, and a large one takes time to transfer. */
const timeout = 30_000;
const connectTimeout = 5_000;

/** HTTP client of the service. Redirects are not followed, because the token is for the service only. */
export class ServiceClient {
  /** Where `/summary` and the others are. */
  readonly base: string;
  readonly hasToken: boolean;
  readonly #path: string;
  readonly #token: ServiceOptions['token'];
  readonly #pool: OriginPool;

  constructor({ url, prefix, token }: ServiceOptions) {
    const { origin, pathname } = new URL(url);
    this.#path = `${pathname.replace(/\/+$/, '')}${prefix}/metrics`;
    this.base = origin + this.#path;
    this.hasToken = token !== undefined;
    this.#token = token;
    this.#pool = new OriginPool(origin, { connections: 1, connectTimeout: connectTimeout });
  }

  /** @param path what follows `<prefix>/metrics`. Rejects only with the reason of `signal`. */
  async get(
    path: string,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ServiceResponse | RequestFailure> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const started = performance.now();
    try {
      const response = await this.#request(path, limit, headers);
      const body = await joinBody(response);
      const seconds = (performance.now() - started) / 1000;
      const contentType = response.headers['content-type'] ?? '';
      return { status: response.statusCode ?? 0, contentType, location: response.headers.location, body, seconds };
    } catch (error) {
      signal.throwIfAborted();
      return explainFailure(error, this.base, timeout);
    }
  }

  /** Equal requests in sequence over a warm connection. Responses are read, still compressed, and discarded. */
  async burst(path: string, count: number, signal: AbortSignal): Promise<Burst> {
    const seconds: number[] = [];
    const problems = new Map<string, number>();
    for (let left = count; left > 0; left -= 1) {
      const outcome = await this.#timed(path, signal);
      if (typeof outcome === 'number') seconds.push(outcome);
      else problems.set(outcome, (problems.get(outcome) ?? 0) + 1);
    }
    return { seconds, problems };
  }

  /** Seconds, or the problem. */
  async #timed(path: string, signal: AbortSignal): Promise<number | string> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const started = performance.now();
    try {
      const response = await this.#request(path, limit, { 'accept-encoding': 'gzip' });
      await finished(response.resume());
      if (response.statusCode !== 200) return `HTTP ${response.statusCode}`;
      return (performance.now() - started) / 1000;
    } catch (error) {
      signal.throwIfAborted();
      return explainFailure(error, this.base, timeout).cause;
    }
  }

  async #request(
    path: string,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>>,
  ): Promise<IncomingMessage> {
    const token = await this.#token?.();
    return this.#pool.request({
      method: 'GET',
      path: this.#path + path,
      headers: {
        'user-agent': 'gatewayz-metrics check',
        ...headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      signal,
    });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

export function isFailure(response: ServiceResponse | RequestFailure): response is RequestFailure {
  return 'cause' in response;
}
