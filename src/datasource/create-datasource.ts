import { performance } from 'node:perf_hooks';
import { type Clock, systemClock } from '../clock.js';
import { acceptedEncoding, header } from '../http/negotiate.js';
import type { Family } from '../model.js';
import type { PrometheusSettings } from '../prometheus/prometheus-settings.js';
import { ApiError } from './api-error.js';
import {
  apiErrorResponse,
  methodNotAllowedResponse,
  notFoundResponse,
  optionsResponse,
  upstreamResponse,
} from './api-responses.js';
import { Counters, type Origin } from './counters.js';
import { type Destination, findEndpoint } from './endpoints.js';
import { guard } from './guard.js';
import { type DatasourceLimitOptions, readLimits } from './limits.js';
import type { DatasourceRequest, DatasourceResponse } from './message.js';
import { OutageLog, type OutageLogger } from './outage-log.js';
import { Parameters } from './parameters.js';
import { readForm } from './read-form.js';
import { readerKey } from './reader-key.js';
import { ResponseCache } from './response-cache.js';
import { type FlightResponse, SingleFlight } from './single-flight.js';
import { type Call, UpstreamCalls } from './upstream-calls.js';
import { upstreamFailure } from './upstream-failure.js';

export interface DatasourceOptions {
  /** Path below which `/api/v1/…` is served, without trailing slash; empty text for the root. */
  readonly prefix: string;
  /** Timeout and connections are those of `limits`; connecting takes at most half of the upstream's timeout. */
  readonly upstream: PrometheusSettings;
  /** Default: see `DatasourceLimits`; the size of responses is that of the upstream settings. */
  readonly limits?: DatasourceLimitOptions | undefined;
  /** Logs when the upstream begins to fail and when it recovers. */
  readonly logger: OutageLogger;
  /** Called once per response, when it begins; `endpoint` is `datasource_` and a name of the table, or `other`. */
  readonly observe?: ((endpoint: string, status: number, startedAt: number) => void) | undefined;
  readonly clock?: Clock;
  /** Monotonic milliseconds, for the age of cached responses. */
  readonly now?: () => number;
}

/** The Prometheus HTTP API, forwarded to an upstream that has it. */
export interface Datasource {
  /** Whether a URL (path and query) is `<prefix>/api/v1` or below it. */
  owns(url: string): boolean;
  /** Handles one request. Never rejects. */
  handle(request: DatasourceRequest): Promise<DatasourceResponse>;
  /** Own metrics about the datasource. */
  metrics(): Family[];
  /** Aborts what is in progress; resolves when all connections are closed. May be called again. */
  close(): Promise<void>;
}

/**
 * Creates the datasource; opens no connection yet.
 *
 * @throws {GatewayzMetricsError} settings_invalid for limits or a CA file that cannot be used
 */
export function createDatasource(options: DatasourceOptions): Datasource {
  const { prefix, upstream, logger, observe = () => {}, clock = systemClock, now } = options;
  const limits = readLimits({ answerSize: upstream.prometheusMaxBody, ...options.limits });
  const base = `${prefix}/api/v1`;
  const calls = new UpstreamCalls(upstream, limits, clock);
  const cache = new ResponseCache(limits, now);
  const counters = new Counters();
  const outages = new OutageLog(calls.source, logger);
  const flights = new Map<string, SingleFlight>();

  async function respond(
    request: DatasourceRequest,
    { endpoint, path }: Destination,
    query: string,
  ): Promise<DatasourceResponse> {
    const maxForm = 4 * limits.querySize;
    const given = Parameters.merge(request.method === 'POST' ? await readForm(request, maxForm) : '', query);
    if (given.text.length > maxForm) throw tooLong(maxForm);
    const parameters = guard(endpoint, given, limits, clock.now());
    const gzip = acceptedEncoding(header(request, 'accept-encoding')) === 'gzip';
    const reader = readerKey(request.principal, request.remoteAddress);
    const call: Call = { method: request.method, path, form: parameters.text, gzip, reader };
    const key = cacheKey(call, request.principal);
    const cacheable =
      endpoint.cache === 'always' || (endpoint.cache === 'without time' && parameters.first('time') === '');
    const cached = cacheable ? cache.get(key) : undefined;
    if (cached) return fromUpstream('hit', cached.answer, { age: String(cached.age) });
    return share(request, call, key, cacheable && limits.cacheFor > 0);
  }

  /** Joins an identical request in flight, or starts one. */
  async function share(
    { signal }: DatasourceRequest,
    call: Call,
    key: string,
    cacheable: boolean,
  ): Promise<DatasourceResponse> {
    const known = flights.get(key);
    const flight = known?.joinable ? known : launch(call, key, cacheable);
    const { body, ...head } = await flight.join(signal);
    const begun = body instanceof Uint8Array ? body : await firstChunk(body);
    return fromUpstream(flight === known ? 'shared' : 'miss', { ...head, body: begun });
  }

  function launch(call: Call, key: string, cacheable: boolean): SingleFlight {
    calls.admit(call.reader);
    const flight = new SingleFlight(clock);
    flights.set(key, flight);
    void run(flight, call, key, cacheable);
    return flight;
  }

  async function run(flight: SingleFlight, call: Call, key: string, cacheable: boolean): Promise<void> {
    try {
      await calls.run(flight, call);
      const { head, whole } = flight;
      if (cacheable && whole && head?.status === 200) cache.set(key, head, whole);
      outages.answered();
    } catch (error) {
      outages.failed(error);
      // Once a response has begun, its readers get no error response that would be counted.
      if (flight.head) countLimit(upstreamFailure(error));
    }
    if (flights.get(key) === flight) flights.delete(key);
  }

  function fromUpstream(
    origin: Origin,
    { status, headers, body }: FlightResponse,
    more: Readonly<Record<string, string>> = {},
  ): DatasourceResponse {
    counters.answer(origin);
    return upstreamResponse(status, { ...headers, ...more, 'x-cache': origin }, body);
  }

  function fail(error: unknown, { signal }: DatasourceRequest): DatasourceResponse {
    const gone = signal.aborted ? new ApiError(499, 'canceled', 'the client disconnected') : undefined;
    if (!gone) outages.failed(error);
    const failure = gone ?? upstreamFailure(error);
    countLimit(failure);
    return apiErrorResponse(failure);
  }

  async function dispatch(
    request: DatasourceRequest,
    destination: Destination | undefined,
    query: string,
  ): Promise<DatasourceResponse> {
    if (!destination) return notFoundResponse();
    if (request.method === 'OPTIONS') return optionsResponse();
    const { methods } = destination.endpoint;
    if (!methods.includes(request.method)) return methodNotAllowedResponse(methods);
    return respond(request, destination, query).catch((error: unknown) => fail(error, request));
  }

  function countLimit({ limit }: ApiError): void {
    if (limit !== undefined) counters.rejected(limit);
  }

  return {
    owns: (url) => url.startsWith(base) && ['/', '?', undefined].includes(url[base.length]),
    async handle(request) {
      const startedAt = performance.now();
      const { url } = request;
      const mark = url.indexOf('?');
      const path = mark < 0 ? url : url.slice(0, mark);
      const query = mark < 0 ? '' : url.slice(mark + 1);
      const destination = path.startsWith(base) ? findEndpoint(path.slice(base.length)) : undefined;
      const reply = await dispatch(request, destination, query);
      observe(`datasource_${destination?.endpoint.name ?? 'other'}`, reply.status, startedAt);
      return reply;
    },
    metrics: () => counters.families({ underWay: calls.underWay, waiting: calls.waiting, cacheBytes: cache.bytes }),
    async close() {
      cache.clear();
      await calls.close();
    },
  };
}

/**
 * Waits for the first chunk of a stream: a response that breaks off before anything was sent can still become an error
 * response.
 */
async function firstChunk(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const chunks = body[Symbol.asyncIterator]();
  let first: IteratorResult<Uint8Array> | undefined = await chunks.next();
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      const next = first ?? (await chunks.next());
      first = undefined;
      return next;
    },
    return: async (value) => (await chunks.return?.(value)) ?? { done: true, value },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Everything that a response depends on. The principal is JSON-quoted, so keys cannot collide. */
function cacheKey({ method, path, gzip, form }: Call, principal: string | undefined): string {
  const reader = principal === undefined ? '' : JSON.stringify(principal);
  return `${reader} ${method} ${gzip ? 'gzip' : 'identity'} ${path} ${form}`;
}

function tooLong(maxForm: number): ApiError {
  const words = `the parameters have more than ${maxForm} bytes, four times the limit of a query`;
  return new ApiError(400, 'bad_data', words, { limit: 'query_size' });
}
