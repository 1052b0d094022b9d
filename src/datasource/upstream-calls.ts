import type { IncomingHttpHeaders } from 'node:http';
import type { CancelSignal } from '../cancellation.js';
import type { Clock } from '../clock.js';
import { formatDuration } from '../duration.js';
import type { OriginPool, PoolRequest } from '../http-client/origin-pool.js';
import { abortable } from '../upstream/abortable.js';
import { type Credentials, credentials, type Proof } from '../upstream/credentials.js';
import { Gate } from '../upstream/gate.js';
import { originPool } from '../upstream/origin-pool.js';
import { isClosedConnection, transportError } from '../upstream/transport-error.js';
import type { UpstreamSettings } from '../upstream/upstream-settings.js';
import { ApiError } from './api-error.js';
import { exchange } from './exchange.js';
import { judgeResponse, type ResponseContext } from './judge-response.js';
import type { DatasourceLimits } from './limits.js';
import type { SingleFlight } from './single-flight.js';

/** Milliseconds beyond the timeout: an upstream with the same timeout gets to tell of it itself, and is not taken for silent. */
const grace = 5_000;

/** One call, checked. */
export interface Call {
  readonly method: string;
  /** Below `/api/v1`. */
  readonly path: string;
  /** One character per byte; the query of a GET, the form of a POST. */
  readonly form: string;
  readonly gzip: boolean;
}

/** Makes calls: a bounded number at once, first come first served, with our credentials and nothing of the client's. */
export class UpstreamCalls {
  /** For errors that are logged, not for clients. */
  readonly source: string;
  readonly #settings: UpstreamSettings;
  readonly #limits: DatasourceLimits;
  readonly #clock: Clock;
  readonly #credentials: Credentials;
  readonly #pool: OriginPool;
  readonly #gate: Gate;
  readonly #base: string;
  #underWay = 0;
  #waiting = 0;
  #closed: Promise<void> | undefined;

  /** @throws GatewayzMetricsError `settings_invalid` for a CA file that cannot be used */
  constructor(settings: UpstreamSettings, limits: DatasourceLimits, clock: Clock) {
    this.#settings = settings;
    this.#limits = limits;
    this.#clock = clock;
    this.#credentials = credentials(settings);
    const { concurrency, timeout } = limits;
    this.#pool = originPool(settings, concurrency);
    const url = new URL(settings.prometheusUrl);
    this.#base = url.pathname.replace(/\/*$/, '/api/v1');
    this.source = `Prometheus at ${url.origin}${url.pathname.replace(/\/*$/, '')}`;
    const tooLate = (words: string) => () => new ApiError(503, 'timeout', words, { limit: 'timeout' });
    const lateError = tooLate(`the query took longer than the limit of ${formatDuration(timeout)}`);
    const silentError = tooLate('the query was not asked: the upstream does not answer');
    this.#gate = new Gate({ limit: concurrency, timeout: timeout + grace, lateError, silentError }, clock);
  }

  get underWay(): number {
    return this.#underWay;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** @throws AnswerError when nothing more may wait */
  admit(): void {
    const { concurrency, queue } = this.#limits;
    if (this.#underWay + this.#waiting < concurrency + queue) return;
    const words = `${concurrency} calls are under way and ${queue} are waiting, which is the limit`;
    throw new ApiError(503, 'unavailable', words, { limit: 'concurrency', retryAfter: 1 });
  }

  /** Fills the flight. Resolves when its last byte has come; rejects, after the flight has failed, with why it did. */
  async fly(flight: SingleFlight, call: Call): Promise<void> {
    const { timeout } = this.#limits;
    const giveUp = () => {
      const words = `the query waited for its turn longer than the limit of ${formatDuration(timeout)}`;
      flight.call.abort(new ApiError(503, 'timeout', words, { limit: 'timeout' }));
    };
    const turn = this.#gate.full ? this.#clock.setTimeout(giveUp, timeout) : undefined;
    let waiting = true;
    const stopWaiting = () => {
      turn?.cancel();
      if (waiting) this.#waiting -= 1;
      waiting = false;
    };
    this.#waiting += 1;
    try {
      await this.#gate.run(async (signal, answered) => {
        stopWaiting();
        this.#underWay += 1;
        await this.#ask(flight, call, signal, answered).finally(() => {
          this.#underWay -= 1;
        });
      }, flight.call);
    } catch (error) {
      flight.fail(error);
      throw error;
    } finally {
      stopWaiting();
    }
  }

  /** Breaks off what is under way; resolves when all connections are closed. */
  close(): Promise<void> {
    this.#gate.close(new ApiError(503, 'unavailable', 'the datasource is being shut down'));
    this.#closed ??= this.#pool.destroy();
    return this.#closed;
  }

  /** Once more where an idle connection was closed under the request: nothing that is asked here changes anything. */
  async #ask(flight: SingleFlight, call: Call, signal: CancelSignal, answered: () => void): Promise<void> {
    try {
      const proof = await abortable(this.#credentials.prove(), signal);
      const request = this.#request(call, proof, signal);
      const { answerSize: maxBody } = this.#limits;
      const asked = { gzip: call.gzip, answerSize: maxBody, told: () => this.#told(call, proof) };
      const judge = (status: number, headers: IncomingHttpHeaders) => judgeResponse(status, headers, asked);
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

  #request({ method, path, form, gzip }: Call, proof: Proof | undefined, signal: CancelSignal): PoolRequest {
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

  #told({ path }: Call, proof: Proof | undefined): ReturnType<ResponseContext['told']> {
    return {
      source: this.source,
      url: new URL(`${this.#base}${path}`, this.#settings.prometheusUrl),
      credentials: this.#credentials.source,
      secrets: proof?.secrets ?? [],
      now: this.#clock.now(),
    };
  }
}
