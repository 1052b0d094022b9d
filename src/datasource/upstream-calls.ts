import type { IncomingHttpHeaders } from 'node:http';
import type { CancelSignal } from '../cancellation.js';
import type { Clock, Timer } from '../clock.js';
import { formatDuration } from '../duration.js';
import type { OriginPool, PoolRequest } from '../http-client/origin-pool.js';
import { abortable } from '../prometheus/abortable.js';
import { type Authorization, type Credentials, createCredentials } from '../prometheus/credentials.js';
import { createPrometheusPool } from '../prometheus/prometheus-pool.js';
import type { PrometheusSettings } from '../prometheus/prometheus-settings.js';
import { Gate, type Work } from '../prometheus/request-gate.js';
import { isClosedConnection, transportError } from '../prometheus/transport-error.js';
import { ApiError } from './api-error.js';
import { exchange } from './exchange.js';
import { judgeResponse, type ResponseContext } from './judge-response.js';
import type { DatasourceLimits } from './limits.js';
import type { SingleFlight } from './single-flight.js';

/** Milliseconds beyond the timeout: an upstream with the same timeout reports it itself, and does not count as silent. */
const grace = 5_000;
/** Milliseconds that a call waits for a slot before a stalled download has to give its slot back. */
const stallLimit = 1_000;

/** One checked request. */
export interface Call {
  readonly method: string;
  /** Below `/api/v1`. */
  readonly path: string;
  /** The query of a GET, the form of a POST; one character per byte. */
  readonly form: string;
  readonly gzip: boolean;
  /** Key of the reader who gets the slot. */
  readonly reader: string;
}

/**
 * Sends requests to the upstream with our credentials: a bounded number at once, with slots and queue shared fairly among
 * readers. A download that its readers stall gives its slot back when others wait for one.
 */
export class UpstreamCalls {
  /** For errors that are logged, not for clients. */
  readonly source: string;
  readonly #settings: PrometheusSettings;
  readonly #limits: DatasourceLimits;
  readonly #clock: Clock;
  readonly #credentials: Credentials;
  readonly #pool: OriginPool;
  readonly #gate: Gate;
  readonly #base: string;
  readonly #inProgress = new Set<SingleFlight>();
  /** Flights without a slot, oldest first, with their readers. */
  readonly #waiting = new Map<SingleFlight, string>();
  #stallTimer: Timer | undefined;
  #closed: Promise<void> | undefined;

  /** @throws {GatewayzMetricsError} settings_invalid for a CA file that cannot be used */
  constructor(settings: PrometheusSettings, limits: DatasourceLimits, clock: Clock) {
    this.#settings = settings;
    this.#limits = limits;
    this.#clock = clock;
    this.#credentials = createCredentials(settings);
    const { concurrency, timeout } = limits;
    this.#pool = createPrometheusPool(settings, concurrency);
    const url = new URL(settings.prometheusUrl);
    this.#base = url.pathname.replace(/\/*$/, '/api/v1');
    this.source = `Prometheus at ${url.origin}${url.pathname.replace(/\/*$/, '')}`;
    const tooLate = (words: string) => () => new ApiError(503, 'timeout', words, { limit: 'timeout' });
    const lateError = tooLate(`the query took longer than the limit of ${formatDuration(timeout)}`);
    const silentError = tooLate('the request was skipped: the upstream does not respond');
    this.#gate = new Gate({ limit: concurrency, timeout: timeout + grace, lateError, silentError }, clock);
  }

  get underWay(): number {
    return this.#inProgress.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Makes room for one more call of a reader. When the queue is full, the reader with most waiting calls loses its newest.
   *
   * @throws {ApiError} if that reader is this one
   */
  admit(reader: string): void {
    const { concurrency, queue } = this.#limits;
    if (this.#inProgress.size + this.#waiting.size < concurrency + queue) return;
    const words = `${concurrency} requests are in progress and ${queue} are waiting, which is the limit`;
    const error = new ApiError(503, 'unavailable', words, { limit: 'concurrency', retryAfter: 1 });
    const newest = this.#newestOfBusiest(reader);
    if (!newest) throw error;
    this.#waiting.delete(newest);
    newest.call.abort(error);
  }

  /** Fills the flight. Resolves after its last byte; rejects, after the flight has failed, with the reason. */
  async run(flight: SingleFlight, call: Call): Promise<void> {
    const { timeout } = this.#limits;
    const giveUp = () => {
      const words = `the query waited for a slot longer than the limit of ${formatDuration(timeout)}`;
      flight.call.abort(new ApiError(503, 'timeout', words, { limit: 'timeout' }));
    };
    const turn = this.#gate.full ? this.#clock.setTimeout(giveUp, timeout) : undefined;
    if (turn) this.#stallTimer ??= this.#clock.setTimeout(() => this.#cutOffStalled(), stallLimit);
    const stopWaiting = () => {
      turn?.cancel();
      this.#waiting.delete(flight);
    };
    const work: Work<void> = async (signal, answered) => {
      stopWaiting();
      this.#inProgress.add(flight);
      await this.#send(flight, call, signal, answered).finally(() => this.#inProgress.delete(flight));
    };
    this.#waiting.set(flight, call.reader);
    try {
      await this.#gate.run(work, flight.call, call.reader);
    } catch (error) {
      flight.fail(error);
      throw error;
    } finally {
      stopWaiting();
    }
  }

  /** Aborts what is in progress; resolves when all connections are closed. */
  close(): Promise<void> {
    this.#stallTimer?.cancel();
    this.#gate.close(new ApiError(503, 'unavailable', 'the datasource is being shut down'));
    this.#closed ??= this.#pool.destroy();
    return this.#closed;
  }

  /** The newest waiting flight of the reader with most of them, unless that is `reader`, or would be with one more. */
  #newestOfBusiest(reader: string): SingleFlight | undefined {
    const flights = new Map<string, SingleFlight[]>();
    for (const [flight, owner] of this.#waiting) {
      const owned = flights.get(owner);
      if (owned) owned.push(flight);
      else flights.set(owner, [flight]);
    }
    const busiest = [...flights.values()].reduce((most, one) => (one.length > most.length ? one : most), []);
    return busiest.length > (flights.get(reader)?.length ?? 0) + 1 ? busiest.at(-1) : undefined;
  }

  /** While calls wait, cuts off the download that slow readers have stalled longest. */
  #cutOffStalled(): void {
    this.#stallTimer = undefined;
    if (this.#waiting.size === 0) return;
    const stalled = [...this.#inProgress].reduce<SingleFlight | undefined>(
      (most, flight) => (flight.pausedFor > (most?.pausedFor ?? stallLimit) ? flight : most),
      undefined,
    );
    stalled?.cutOff();
    this.#stallTimer = this.#clock.setTimeout(() => this.#cutOffStalled(), stallLimit);
  }

  /** Sends the request again if an idle connection was closed under it: all requests are safe to repeat. */
  async #send(flight: SingleFlight, call: Call, signal: CancelSignal, answered: () => void): Promise<void> {
    try {
      const proof = await abortable(this.#credentials.authorize(), signal);
      const request = this.#request(call, proof, signal);
      const { answerSize: maxBody } = this.#limits;
      const context = { gzip: call.gzip, answerSize: maxBody, describe: () => this.#describe(call, proof) };
      const judge = (status: number, headers: IncomingHttpHeaders) => judgeResponse(status, headers, context);
      const task = { pool: this.#pool, request, flight, judge, answered, maxBody };
      try {
        await exchange(task);
      } catch (error) {
        if (signal.aborted || flight.head || !isClosedConnection(error)) throw error;
        await exchange(task);
      }
    } catch (error) {
      throw error instanceof ApiError ? error : transportError(error, this.source);
    }
  }

  #request({ method, path, form, gzip }: Call, proof: Authorization | undefined, signal: CancelSignal): PoolRequest {
    const { prometheusTenant: tenant } = this.#settings;
    const post = method === 'POST';
    return {
      method: post ? 'POST' : 'GET',
      path: `${this.#base}${path}${post || form === '' ? '' : `?${form}`}`,
      headers: {
        accept: 'application/json',
        'accept-encoding': gzip ? 'gzip' : 'identity',
        'user-agent': 'gatewayz-metrics',
        ...(post && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(proof && { authorization: proof.header }),
        ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
      },
      ...(post && { body: Buffer.from(form, 'latin1') }),
      signal,
    };
  }

  #describe({ path }: Call, proof: Authorization | undefined): ReturnType<ResponseContext['describe']> {
    return {
      source: this.source,
      url: new URL(`${this.#base}${path}`, this.#settings.prometheusUrl),
      credentials: this.#credentials.source,
      secrets: proof?.secrets ?? [],
      now: this.#clock.now(),
    };
  }
}
