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
  /** From sending the request to the last byte of the answer. */
  readonly seconds: number;
}

/** How a number of equal requests went. */
export interface Burst {
  /** Client times of those that were answered with 200, in seconds. */
  readonly seconds: readonly number[];
  /** What came instead, and how often. */
  readonly problems: ReadonlyMap<string, number>;
}

export interface ServiceOptions {
  /** Origin, and a path where a proxy adds one; without trailing slash. */
  readonly url: string;
  readonly prefix: string;
  readonly token: (() => Promise<string>) | undefined;
}

/** Milliseconds for one answer: a cold one may take eight seconds, and a large one its time on the way. */
const timeout = 30_000;
const connectTimeout = 5_000;

/** Asks the service as its readers do. Redirects are not followed: the token is for nobody else. */
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
      const answer = await this.#request(path, limit, headers);
      const body = await joinBody(answer);
      const seconds = (performance.now() - started) / 1000;
      const contentType = answer.headers['content-type'] ?? '';
      return { status: answer.statusCode ?? 0, contentType, location: answer.headers.location, body, seconds };
    } catch (error) {
      signal.throwIfAborted();
      return explainFailure(error, this.base, timeout);
    }
  }

  /** Equal requests, one after the other over a warm connection. Answers are read, compressed as they come, and thrown away. */
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

  /** Seconds, or what went wrong. */
  async #timed(path: string, signal: AbortSignal): Promise<number | string> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    const started = performance.now();
    try {
      const answer = await this.#request(path, limit, { 'accept-encoding': 'gzip' });
      await finished(answer.resume());
      if (answer.statusCode !== 200) return `HTTP ${answer.statusCode}`;
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

export function isFailure(answer: ServiceResponse | RequestFailure): answer is RequestFailure {
  return 'cause' in answer;
}
