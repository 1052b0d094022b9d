import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';
import { emptyExposition, expositionType } from '../render/exposition.js';
import { emptyOpenMetrics, openMetricsType } from '../render/open-metrics.js';
import type { Encoding, Format, Representation, View } from '../render/representation.js';
import { unavailableDocument } from '../render/summary.js';
import type { Authorize, Decision } from './decision.js';
import type { MetricsRequest, WholeReply } from './message.js';
import { acceptedEncoding, header, wantsOpenMetrics } from './negotiate.js';
import { replyDenied, replyDocument, replyError, replyWith } from './reply.js';
import { type Route, routes } from './routes.js';

/** What the routes hand out, as functions: nothing here knows where it comes from. */
export interface HandlerSources {
  /** The bytes at hand, at `now`, for a view that is kept warm; undefined if there are none. */
  readonly current: (view: View, now: number) => Representation | undefined;
  /** Makes a view available and waits for it, at most as long as a request may. */
  readonly fetch: (view: View) => Promise<Representation | undefined>;
  readonly scrape: (openMetrics: boolean) => Promise<{ contentType: string; text: string }>;
  /** The same string as long as nothing in it has changed: it is compressed once. */
  readonly docs: () => string;
  readonly authorize: Authorize;
  /** Called once per answer; `endpoint` is one of the routes' or `other`. */
  readonly observe: (endpoint: string, status: number, startedAt: number) => void;
  /** Called with what a source threw or rejected with; the client is told nothing of it. */
  readonly defect: (error: unknown) => void;
}

const allow = 'GET, HEAD';
const markdown = 'text/markdown; charset=utf-8';

/**
 * Answers everything below `<prefix>/metrics`. What is kept warm is answered at once, without a promise; nothing throws or
 * rejects.
 */
export function createHandler(
  prefix: string,
  sources: HandlerSources,
  clock: Clock,
): (request: MetricsRequest) => WholeReply | Promise<WholeReply> {
  const base = `${prefix}/metrics`;
  const byPath = new Map(routes.map((route) => [base + route.path, route]));
  let docs = { text: '', etag: '', gzip: new Uint8Array() };

  return (request) => {
    // Imported wherever requests pass: the global one is a getter, which takes as long again as the clock.
    const startedAt = performance.now();
    const query = request.url.indexOf('?');
    const path = query < 0 ? request.url : request.url.slice(0, query);
    const route = byPath.get(path) ?? byPath.get(path.replace(/(?<=.)\/$/, ''));
    const endpoint = route?.endpoint ?? 'other';
    const reply = route ? answerRoute(route, request) : replyNotFound(request, [...byPath.keys()]);
    return reply instanceof Promise
      ? reply.then((given) => observed(given, endpoint, startedAt))
      : observed(reply, endpoint, startedAt);
  };

  function observed(reply: WholeReply, endpoint: string, startedAt: number): WholeReply {
    sources.observe(endpoint, reply.status, startedAt);
    return reply;
  }

  /** Neither throws nor rejects. */
  function answerRoute(route: Route, request: MetricsRequest): WholeReply | Promise<WholeReply> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return replyNotAllowed(request);
    try {
      const decision = sources.authorize(request, 'metrics');
      const reply =
        decision instanceof Promise
          ? decision.then((decided) => answerIfAllowed(decided, route, request))
          : answerIfAllowed(decision, route, request);
      return reply instanceof Promise ? reply.catch((error: unknown) => replyDefect(error, request)) : reply;
    } catch (error) {
      return replyDefect(error, request);
    }
  }

  function replyDefect(error: unknown, request: MetricsRequest): WholeReply {
    sources.defect(error);
    return replyError(request, new GatewayzMetricsError('internal', 'The request could not be answered.'));
  }

  function answerIfAllowed(
    decision: Decision,
    route: Route,
    request: MetricsRequest,
  ): WholeReply | Promise<WholeReply> {
    if (!decision.allowed) return replyDenied(request, decision);
    const query = request.url.indexOf('?');
    return answer(route, request, query < 0 ? '' : request.url.slice(query + 1));
  }

  function answer(route: Route, request: MetricsRequest, query: string): WholeReply | Promise<WholeReply> {
    if (route.kind === 'scrape') return answerScrape(request);
    if (route.kind === 'docs') return answerDocs(request);
    const view = viewOf(route, request, query);
    const now = clock.now();
    const current = sources.current(view, now);
    return current ? answerFrom(current, view, request, now) : answerCold(view, request);
  }

  async function answerCold(view: View, request: MetricsRequest): Promise<WholeReply> {
    return answerFrom(await sources.fetch(view), view, request, clock.now());
  }

  function answerFrom(bytes: Representation | undefined, view: View, request: MetricsRequest, now: number): WholeReply {
    // Bytes that say 200 and have expired are left over from an engine that no longer refreshes.
    const usable = bytes && (bytes.status !== 200 || now <= bytes.expires);
    return usable ? replyWith(bytes, request, now) : replyUnavailable(view, request, now);
  }

  async function answerScrape(request: MetricsRequest): Promise<WholeReply> {
    const { contentType, text } = await sources.scrape(wantsOpenMetrics(header(request, 'accept')));
    return replyText(request, contentType, text, () => gzipSync(text));
  }

  function answerDocs(request: MetricsRequest): WholeReply {
    const text = sources.docs();
    if (text !== docs.text) {
      docs = { text, etag: createHash('sha256').update(text).digest('base64url').slice(0, 24), gzip: gzipSync(text) };
    }
    return replyText(request, markdown, text, () => docs.gzip, docs.etag);
  }
}

function viewOf(route: Route, request: MetricsRequest, query: string): View {
  return views.get(route)![formatOf(route, request, query)][acceptedEncoding(header(request, 'accept-encoding'))];
}

function formatOf(route: Route, request: MetricsRequest, query: string): Format {
  if (route.kind !== 'summary') return wantsOpenMetrics(header(request, 'accept')) ? 'openmetrics' : 'text';
  const numbers = query !== '' && new URLSearchParams(query).get('values') === 'number';
  return numbers ? 'json-numbers' : 'json';
}

/** Made once: what is kept for a view is found by its object. */
const views = new Map(routes.map((route) => [route, viewsOf(route.endpoint)]));

function viewsOf(endpoint: string): Readonly<Record<Format, Readonly<Record<Encoding, View>>>> {
  const encodings = (format: Format): Record<Encoding, View> => ({
    identity: { endpoint, format, encoding: 'identity' },
    gzip: { endpoint, format, encoding: 'gzip' },
  });
  return {
    text: encodings('text'),
    openmetrics: encodings('openmetrics'),
    json: encodings('json'),
    'json-numbers': encodings('json-numbers'),
  };
}

/** Clients may keep it, but ask each time whether it is still the same. */
function replyText(
  request: MetricsRequest,
  contentType: string,
  text: string,
  gzip: () => Uint8Array,
  tag?: string,
): WholeReply {
  const encoding = acceptedEncoding(header(request, 'accept-encoding'));
  const headers = {
    'cache-control': 'no-cache',
    ...(tag !== undefined && { etag: `"${tag}-${encoding}"` }),
    ...(encoding === 'gzip' && { 'content-encoding': encoding }),
  };
  return replyDocument(request, 200, contentType, encoding === 'gzip' ? gzip() : text, headers);
}

function replyUnavailable(view: View, request: MetricsRequest, now: number): WholeReply {
  const reason = 'no data source has answered in time';
  if (view.format === 'openmetrics') {
    return replyDocument(request, 503, openMetricsType, emptyOpenMetrics());
  }
  if (view.format === 'text') {
    return replyDocument(request, 503, expositionType, emptyExposition(reason));
  }
  const document = JSON.stringify(unavailableDocument(now, reason));
  return replyDocument(request, 503, 'application/json; charset=utf-8', `${document}\n`);
}

function replyNotFound(request: MetricsRequest, paths: readonly string[]): WholeReply {
  const error = new GatewayzMetricsError('not_found', `There is nothing at this path; there is ${paths.join(', ')}.`);
  return replyError(request, error, { paths });
}

function replyNotAllowed(request: MetricsRequest): WholeReply {
  const error = new GatewayzMetricsError(
    'method_not_allowed',
    `Expected GET or HEAD, got ${request.method.slice(0, 20)}.`,
  );
  return replyError(request, error, {}, { allow });
}
