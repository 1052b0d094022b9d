import { performance } from 'node:perf_hooks';
import { type Clock, systemClock } from '../clock.js';
import { acceptedEncoding } from '../http/negotiate.js';
import type { Family } from '../model.js';
import type { UpstreamSettings } from '../upstream/upstream-settings.js';
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
import { ResponseCache } from './response-cache.js';
import { type FlightResponse, SingleFlight } from './single-flight.js';
import { type Call, UpstreamCalls } from './upstream-calls.js';
import { upstreamFailure } from './upstream-failure.js';

export interface DatasourceOptions {
  /** Path below which `/api/v1/…` is served, without trailing slash; empty text for the root. */
  readonly prefix: string;
  /** The way to the upstream; its timeout and connections are those of `limits`, only connecting takes half of its timeout at most. */
  readonly upstream: UpstreamSettings;
  /** Default: see `DatasourceLimits`; the size of answers is that of the upstream settings. */
  readonly limits?: DatasourceLimitOptions | undefined;
  /** Told when the upstream begins to fail and when it answers again. */
  readonly logger: OutageLogger;
  /** Called once per answer, when it begins; `endpoint` is `datasource_` and one of the table's names or `other`. */
  readonly observe?: ((endpoint: string, status: number, startedAt: number) => void) | undefined;
  readonly clock?: Clock;
  /** Milliseconds on a clock that never jumps, for the age of answers. */
  readonly now?: () => number;
}

/** The Prometheus API in front of an upstream that has it. */
export interface Datasource {
  /** Whether a URL (path and query) is `<prefix>/api/v1` or below it: what `handle` answers with more than 404. */
  owns(url: string): boolean;
  /** Answers one call. Never rejects. */
  handle(request: DatasourceRequest): Promise<DatasourceResponse>;
  /** Our own metrics about it. */
  metrics(): Family[];
  /** Breaks off what is under way; resolves when all connections are closed. May be called again. */
  close(): Promise<void>;
}

/**
 * Opens no connection yet.
 *
 * @throws GatewayzMetricsError `settings_invalid` for limits or a CA file that cannot be used
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

  async function answer(
    request: DatasourceRequest,
    destination: Destination,
    query: string,
  ): Promise<DatasourceResponse> {
    const { endpoint, path } = destination;
    const most = 4 * limits.querySize;
    const given = Parameters.merge(request.method === 'POST' ? await readForm(request, most) : '', query);
    if (given.text.length > most) throw tooLong(most);
    const parameters = guard(endpoint, given, limits, clock.now());
    const gzip = acceptedEncoding(headerText(request, 'accept-encoding')) === 'gzip';
    const call: Call = { method: request.method, path, form: parameters.text, gzip };
    const key = keyOf(call, request.principal);
    const keep = endpoint.cache === 'always' || (endpoint.cache === 'without time' && parameters.first('time') === '');
    const kept = keep ? cache.get(key) : undefined;
    if (!kept) return share(request, call, key, keep && limits.cacheFor > 0);
    return fromUpstream('hit', kept.answer, { age: String(kept.age) });
  }

  /** Joins a call that is under way, or makes one. */
  async function share(
    request: DatasourceRequest,
    call: Call,
    key: string,
    keep: boolean,
  ): Promise<DatasourceResponse> {
    const known = flights.get(key);
    const flight = known?.joinable ? known : launch(call, key, keep);
    const answer = await flight.join(request.signal);
    return fromUpstream(flight === known ? 'shared' : 'miss', answer);
  }

  function launch(call: Call, key: string, keep: boolean): SingleFlight {
    calls.admit();
    const flight = new SingleFlight(clock);
    flights.set(key, flight);
    void fly(flight, call, key, keep);
    return flight;
  }

  async function fly(flight: SingleFlight, call: Call, key: string, keep: boolean): Promise<void> {
    try {
      await calls.fly(flight, call);
      const { head, whole } = flight;
      if (keep && whole && head?.status === 200) cache.set(key, head, whole);
      outages.answered();
    } catch (error) {
      outages.failed(error);
      // Who has the beginning of an answer is told nothing more.
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
    const gone = signal.aborted ? new ApiError(499, 'canceled', 'the client has gone') : undefined;
    if (!gone) outages.failed(error);
    const told = gone ?? upstreamFailure(error);
    countLimit(told);
    return apiErrorResponse(told);
  }

  function countLimit({ limit }: ApiError): void {
    if (limit !== undefined) counters.rejected(limit);
  }

  return {
    owns: (url) => url.startsWith(base) && ['/', '?', undefined].includes(url[base.length]),
    async handle(request) {
      const startedAt = performance.now();
      const { method, url } = request;
      const mark = url.indexOf('?');
      const path = mark < 0 ? url : url.slice(0, mark);
      const destination = path.startsWith(base) ? findEndpoint(path.slice(base.length)) : undefined;
      const methods = destination?.endpoint.methods ?? [];
      const query = mark < 0 ? '' : url.slice(mark + 1);
      const reply = !destination
        ? notFoundResponse()
        : method === 'OPTIONS'
          ? optionsResponse()
          : methods.includes(method)
            ? await answer(request, destination, query).catch((error: unknown) => fail(error, request))
            : methodNotAllowedResponse(methods);
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

/** Everything that changes an answer. Only a name can have spaces in front of the form, and that is quoted. */
function keyOf({ method, path, gzip, form }: Call, principal: string | undefined): string {
  const reader = principal === undefined ? '' : JSON.stringify(principal);
  return `${reader} ${method} ${gzip ? 'gzip' : 'identity'} ${path} ${form}`;
}

function headerText({ headers }: DatasourceRequest, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}

function tooLong(most: number): ApiError {
  const words = `the parameters have more than ${most} bytes, four times the limit of a query`;
  return new ApiError(400, 'bad_data', words, { limit: 'query_size' });
}
