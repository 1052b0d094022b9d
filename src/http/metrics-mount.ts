import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../clock.js';
import { emptyExposition, expositionType } from '../render/exposition.js';
import { emptyOpenMetrics, openMetricsType } from '../render/open-metrics.js';
import type { Encoding, Format, View } from '../render/representation.js';
import { unavailableDocument } from '../render/summary.js';
import type { Authorize } from './decision.js';
import type { MetricsRequest, WholeResponse } from './message.js';
import { mountRoutes, type RouteMount } from './mount-routes.js';
import { acceptedEncoding, type DocsForm, docsForm, header, wantsOpenMetrics } from './negotiate.js';
import type { PublishedView } from './published-view.js';
import { documentResponse, publishedResponse } from './responses.js';
import type { Route } from './routes.js';

/** What the routes hand out, as functions: nothing here knows where it comes from. */
export interface HandlerSources {
  /** The cached bytes of a warm view at `now`; undefined if there are none. */
  readonly current: (view: View, now: number) => PublishedView | undefined;
  /** Makes a view available and waits for it, within the limit of a request. */
  readonly fetch: (view: View) => Promise<PublishedView | undefined>;
  /** Why refreshes do not work, where that is known and not the fault of a data source. */
  readonly problem: () => string | undefined;
  readonly scrape: (openMetrics: boolean) => Promise<{ contentType: string; text: string }>;
  /** The same string as long as nothing in it has changed: it is compressed once. */
  readonly docs: (form: DocsForm) => string | Promise<string>;
  readonly authorize: Authorize;
  /** Called once per answer; `endpoint` is one of the routes' or `other`. */
  readonly observe: (endpoint: string, status: number, startedAt: number) => void;
  /** Called with what a source threw or rejected with; the client is told nothing of it. */
  readonly defect: (error: unknown) => void;
}

const docsTypes: Readonly<Record<DocsForm, string>> = {
  markdown: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
  openapi: 'application/json; charset=utf-8',
};

function compressDocument(text: string): { text: string; etag: string; gzip: Uint8Array<ArrayBuffer> } {
  const etag = createHash('sha256').update(text).digest('base64url').slice(0, 24);
  return { text, etag, gzip: gzipSync(text) };
}

/** Serves the endpoints below `<prefix>/metrics`; synchronously where the endpoint is warm. Never throws or rejects. */
export function createMetricsMount(
  routes: readonly Route[],
  prefix: string,
  sources: HandlerSources,
  clock: Clock,
): RouteMount {
  const { authorize, observe, defect: onError } = sources;
  // Created once: the cached bytes of a view are found by its object.
  const views = new Map(routes.map((route) => [route, viewsOf(route.endpoint)]));
  const docs = new Map<DocsForm, { text: string; etag: string; gzip: Uint8Array<ArrayBuffer> }>();
  const mounted = routes.map((route) => ({
    ...route,
    handle: (request: MetricsRequest, query: string) => answer(route, request, query),
  }));
  return mountRoutes(`${prefix}/metrics`, mounted, { area: 'metrics', authorize, observe, onError });

  function answer(route: Route, request: MetricsRequest, query: string): WholeResponse | Promise<WholeResponse> {
    if (route.kind === 'scrape') return answerScrape(request);
    if (route.kind === 'docs') return answerDocs(request, docsForm(header(request, 'accept')));
    if (route.kind === 'openapi') return answerDocs(request, 'openapi');
    const view = viewOf(route, request, query);
    const now = clock.monotonic();
    const current = sources.current(view, now);
    return current ? answerFrom(current, view, request, now) : answerCold(view, request);
  }

  async function answerCold(view: View, request: MetricsRequest): Promise<WholeResponse> {
    return answerFrom(await sources.fetch(view), view, request, clock.monotonic());
  }

  function answerFrom(
    published: PublishedView | undefined,
    view: View,
    request: MetricsRequest,
    now: number,
  ): WholeResponse {
    return published && !published.isExpired(now)
      ? publishedResponse(published, request, now)
      : replyUnavailable(view, request, clock.now(), sources.problem());
  }

  async function answerScrape(request: MetricsRequest): Promise<WholeResponse> {
    const { contentType, text } = await sources.scrape(wantsOpenMetrics(header(request, 'accept')));
    return replyText(request, contentType, text, () => gzipSync(text));
  }

  function viewOf(route: Route, request: MetricsRequest, query: string): View {
    return views.get(route)![formatOf(route, request, query)][acceptedEncoding(header(request, 'accept-encoding'))];
  }

  function answerDocs(request: MetricsRequest, form: DocsForm): WholeResponse | Promise<WholeResponse> {
    const text = sources.docs(form);
    return typeof text === 'string'
      ? replyDocs(request, form, text)
      : text.then((rendered) => replyDocs(request, form, rendered));
  }

  function replyDocs(request: MetricsRequest, form: DocsForm, text: string): WholeResponse {
    const cached = docs.get(form);
    const current = cached?.text === text ? cached : compressDocument(text);
    docs.set(form, current);
    return replyText(request, docsTypes[form], text, () => current.gzip, current.etag);
  }
}

function formatOf(route: Route, request: MetricsRequest, query: string): Format {
  if (route.kind !== 'summary') return wantsOpenMetrics(header(request, 'accept')) ? 'openmetrics' : 'text';
  const numbers = query !== '' && new URLSearchParams(query).get('values') === 'number';
  return numbers ? 'json-numbers' : 'json';
}

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
): WholeResponse {
  const encoding = acceptedEncoding(header(request, 'accept-encoding'));
  const headers = {
    'cache-control': 'no-cache',
    ...(tag !== undefined && { etag: `"${tag}-${encoding}"` }),
    ...(encoding === 'gzip' && { 'content-encoding': encoding }),
  };
  return documentResponse(request, 200, contentType, encoding === 'gzip' ? gzip() : text, headers);
}

function replyUnavailable(
  view: View,
  request: MetricsRequest,
  now: number,
  problem: string | undefined,
): WholeResponse {
  const reason = problem ?? 'no data source has responded in time';
  if (view.format === 'openmetrics') {
    return documentResponse(request, 503, openMetricsType, emptyOpenMetrics());
  }
  if (view.format === 'text') {
    return documentResponse(request, 503, expositionType, emptyExposition(reason));
  }
  const document = JSON.stringify(unavailableDocument(now, reason));
  return documentResponse(request, 503, 'application/json; charset=utf-8', `${document}\n`);
}
