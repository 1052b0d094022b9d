import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Cancellation, type CancelSignal } from '../cancellation.js';
import type { Clock } from '../clock.js';
import { formatDuration } from '../duration.js';
import { GatewayzMetricsError } from '../errors.js';
import type { OriginPool, PoolRequest } from '../http-client/origin-pool.js';
import { abortable } from './abortable.js';
import { ClockSkew } from './clock-skew.js';
import { type Authorization, type Credentials, createCredentials } from './credentials.js';
import { createPrometheusPool } from './prometheus-pool.js';
import type { PrometheusSettings } from './prometheus-settings.js';
import { type RequestContext, readResponse } from './read-response.js';
import { Gate } from './request-gate.js';
import { timeBody } from './time-body.js';
import { isClosedConnection, transportError } from './transport-error.js';

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** Below the path prefix of `PROMETHEUS_URL`. */
  readonly path: string;
  /** The query of a GET, the form of a POST. */
  readonly parameters: URLSearchParams;
}

/** Makes something of the bytes of a successful answer, as they come. */
export type BodyReader<T> = (chunks: AsyncIterable<Buffer>, asked: RequestContext) => Promise<T>;

export interface ApiResponse<T> {
  readonly data: T;
  /** How long the answer was waited for, from sending the question on; the time we took to read it is not in it. */
  readonly seconds: number;
}

/** Milliseconds after which a request is sent again at the latest; when exactly is left to chance. */
const retryWithin = 50;

/** Asks one Prometheus API: bounded, timed, authenticated; every failure is an error that says what an operator can do. */
export class ApiTransport {
  /** What messages call it; nothing but origin and path of the URL. */
  readonly source: string;
  readonly clockSkew = new ClockSkew();
  readonly #settings: PrometheusSettings;
  readonly #base: URL;
  readonly #clock: Clock;
  readonly #credentials: Credentials;
  readonly #pool: OriginPool;
  readonly #gate: Gate;
  #retries = 0;
  #closed: Promise<void> | undefined;

  constructor(settings: PrometheusSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#base = baseUrl(settings.prometheusUrl);
    this.source = `Prometheus at ${this.#base.href.replace(/\/$/, '')}`;
    this.#credentials = createCredentials(settings);
    const { prometheusConnections: limit, prometheusTimeout: timeout } = settings;
    this.#pool = createPrometheusPool(settings, limit);
    const within = `within ${formatDuration(timeout)} (PROMETHEUS_TIMEOUT)`;
    const late = (words: string) => () =>
      new GatewayzMetricsError('upstream_timeout', `${this.source} ${words} ${within}`);
    const lateError = late('did not answer');
    const silentError = late('was not asked, because it answered nothing else');
    this.#gate = new Gate({ limit, timeout, lateError, silentError }, clock);
  }

  /** How many requests were sent a second time because their connection was closed before an answer came. */
  get retries(): number {
    return this.#retries;
  }

  /** How many requests may be under way at once; unless set, as many as there may be connections. */
  set requestsAtOnce(limit: number) {
    this.#gate.limit = limit;
  }

  /** Rejects with a `GatewayzMetricsError`, or with the reason of `signal`. */
  async ask<T>(question: ApiRequest, read: BodyReader<T>, signal: AbortSignal): Promise<ApiResponse<T>> {
    const cancellation = new Cancellation();
    const abort = () => cancellation.abort(signal.reason);
    if (signal.aborted) abort();
    // Everything that one refresh asks shares a signal: more than ten listeners are no leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await this.#gate.run(
        (deadline, answered) => this.#exchange(question, read, deadline, answered),
        cancellation,
      );
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Breaks off what is under way; resolves when all connections are closed. */
  close(): Promise<void> {
    this.#gate.close(new GatewayzMetricsError('upstream_unreachable', `the client of ${this.source} is closed`));
    this.#closed ??= this.#pool.destroy();
    return this.#closed;
  }

  async #exchange<T>(
    question: ApiRequest,
    read: BodyReader<T>,
    signal: CancelSignal,
    answered: () => void,
  ): Promise<ApiResponse<T>> {
    let waited: number | undefined;
    try {
      const proof = await abortable(this.#credentials.authorize(), signal);
      const url = new URL(question.path.slice(1), this.#base);
      const started = performance.now();
      const response = await abortable(this.#send(url, question, proof, signal), signal);
      waited = performance.now() - started;
      try {
        const asked = this.#asked(url, proof);
        const chunks = timeBody(await readResponse(response, asked), (milliseconds) => {
          waited! += milliseconds;
        });
        const data = await read(chunks, asked);
        return { data, seconds: waited / 1000 };
      } finally {
        // Bad answers count as well, but not one that did not end in time.
        if (!signal.aborted) answered();
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const known = transportError(error, this.source);
      if (waited !== undefined) known.responseSeconds = waited / 1000;
      throw known;
    }
  }

  async #send(
    url: URL,
    { method, parameters }: ApiRequest,
    proof: Authorization | undefined,
    signal: CancelSignal,
  ): Promise<IncomingMessage> {
    const { prometheusTenant: tenant } = this.#settings;
    const form = method === 'POST';
    const request: PoolRequest = {
      method,
      path: form ? url.pathname : `${url.pathname}?${parameters}`,
      headers: {
        accept: 'application/json',
        // Compressing megabytes costs both sides more than sending them does in one data centre.
        'accept-encoding': 'identity',
        'user-agent': 'gatewayz-metrics',
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(proof && { authorization: proof.header }),
        ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
      },
      ...(form && { body: parameters.toString() }),
      signal,
    };
    const sent = this.#clock.now();
    const response = await this.#pool.request(request).catch(async (error: unknown) => {
      if (signal.aborted || !isClosedConnection(error)) throw error;
      this.#retries += 1;
      // A Prometheus that restarts closes all connections of all replicas at once.
      await abortable(delay(Math.random() * retryWithin), signal);
      return this.#pool.request(request);
    });
    this.clockSkew.note(response.headers['date'], sent, this.#clock.now());
    return response;
  }

  #asked(url: URL, proof: Authorization | undefined): RequestContext {
    return {
      source: this.source,
      url,
      credentials: this.#credentials.source,
      secrets: proof?.secrets ?? [],
      maxBody: this.#settings.prometheusMaxBody,
      now: this.#clock.now(),
    };
  }
}

/** With a slash at the end, so that paths are resolved below it; without user, query and fragment. */
function baseUrl(text: string): URL {
  const { origin, pathname } = new URL(text);
  return new URL(`${origin}${pathname.replace(/\/*$/, '/')}`);
}
