import { gzipSync } from 'node:zlib';
import type { Catalogue } from '../catalogue/compile.js';
import { consoleEndpoint, modelColumns, rankingRow } from '../catalogue/console-definition.js';
import type { Clock } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';
import type { MetricsRequest, MetricsResponse } from '../http/message.js';
import { acceptedEncoding, header } from '../http/negotiate.js';
import { documentResponse, errorResponse } from '../http/responses.js';
import type { Snapshot } from '../model.js';
import { composeDocument, record } from './compose-document.js';
import type { HistoryDocument, ModelRanking } from './console-document.js';
import { historyQuery } from './describe-fields.js';
import { HistoryQueries, historyRanges, type QueryRange } from './history-queries.js';
import { HistoryRing } from './history-ring.js';
import { type PageFiles, pagePolicy } from './page-files.js';

export interface ConsoleSources {
  readonly catalogue: Catalogue;
  /** The snapshot of an endpoint; keeps the endpoint warm. Undefined after `close`. */
  readonly snapshot: (endpoint: string) => Promise<Snapshot | undefined>;
  readonly queryRange: QueryRange;
  /** Undefined where the files of the page are not part of the installation. */
  readonly page: PageFiles | undefined;
  /** Milliseconds. */
  readonly evaluationDelay: number;
  readonly clock: Clock;
}

/** Milliseconds that a request waits for the first snapshot. */
const longestWait = 8_000;
const json = 'application/json; charset=utf-8';

export interface Console {
  /** A file of the page: public, and the same for everybody. */
  page(path: string, request: MetricsRequest): MetricsResponse;
  /** Everything that the page shows. */
  data(request: MetricsRequest): Promise<MetricsResponse>;
  /** The history of one value. */
  history(request: MetricsRequest): Promise<MetricsResponse>;
}

/** What the console's routes hand out. */
export function createConsole(sources: ConsoleSources): Console {
  const { catalogue, page, clock, evaluationDelay } = sources;
  const ring = new HistoryRing();
  const histories = new HistoryQueries(sources.queryRange, evaluationDelay, clock);
  const shared = new Map<string, { readonly snapshot: Promise<Snapshot | undefined>; until: number }>();

  /** One snapshot for all readers until the next is due. */
  async function snapshotOf(endpoint: string): Promise<Snapshot | undefined> {
    const known = shared.get(endpoint);
    if (known && clock.now() < known.until) return known.snapshot;
    const entry = { snapshot: inTime(sources.snapshot(endpoint), clock), until: Number.POSITIVE_INFINITY };
    shared.set(endpoint, entry);
    try {
      const snapshot = await entry.snapshot;
      const now = clock.now();
      entry.until = snapshot?.status === 'ok' ? Math.min(snapshot.nextRefresh, now + 60_000) : now + 1_000;
      if (snapshot && endpoint === consoleEndpoint) record(snapshot, catalogue, ring);
      return snapshot;
    } catch (error) {
      shared.delete(endpoint);
      throw error;
    }
  }

  return {
    page(path, request) {
      const file = page?.files.get(path);
      if (!page || !file) {
        const reason = page ? 'The console has no such file.' : 'The files of the console are not part of this build.';
        return errorResponse(request, new GatewayzMetricsError('not_found', reason));
      }
      const encoding = acceptedEncoding(header(request, 'accept-encoding'));
      return documentResponse(request, 200, file.contentType, encoding === 'gzip' ? file.gzip : file.body, {
        'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
        'content-security-policy': pagePolicy,
        etag: `"${file.etag}-${encoding}"`,
        ...(encoding === 'gzip' && { 'content-encoding': encoding }),
      });
    },

    async data(request) {
      const query = queryOf(request);
      const ranking = oneOf(modelColumns, query.get('models'));
      const [snapshot, models] = await Promise.all([
        snapshotOf(consoleEndpoint),
        ranking === undefined ? undefined : snapshotOf(rankingRow(ranking)),
      ]);
      const build = page?.build ?? '';
      const now = clock.now();
      if (!snapshot) return unavailableResponse(request, build, 'no data source has answered in time');
      const document = composeDocument({
        snapshot,
        models: models && { ranking: ranking as ModelRanking, snapshot: models },
        catalogue,
        ring,
        since: sinceOf(query),
        now,
        build,
      });
      if (document.status === 'unavailable') return unavailableResponse(request, build, document.error.message);
      return jsonResponse(request, document, freshnessHeaders(snapshot, now));
    },

    async history(request) {
      const query = queryOf(request);
      const id = query.get('field');
      const range = oneOf(historyRanges, query.get('range')) ?? '1h';
      const field = catalogue.fields.find(({ section, field }) => `${section}.${field}` === id);
      if (!field)
        return errorResponse(request, new GatewayzMetricsError('not_found', 'The summary has no such field.'));
      const promql = historyQuery(field, catalogue);
      try {
        const { step, timestamps, values } = await histories.read(promql, range, request.signal);
        const document: HistoryDocument = { field: id!, range, step_seconds: step / 1000, promql, timestamps, values };
        return jsonResponse(request, document, { 'cache-control': 'no-store' });
      } catch (error) {
        if (!(error instanceof GatewayzMetricsError)) throw error;
        const { retryAfter } = error;
        return errorResponse(request, error, {}, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
      }
    },
  };
}

function unavailableResponse(request: MetricsRequest, build: string, message: string): MetricsResponse {
  const document = { build, status: 'unavailable', error: { code: 'unavailable', message } };
  return documentResponse(request, 503, json, `${JSON.stringify(document)}\n`);
}

function jsonResponse(
  request: MetricsRequest,
  document: object,
  headers: Readonly<Record<string, string>>,
): MetricsResponse {
  const text = `${JSON.stringify(document)}\n`;
  const compressed = text.length > 1_000 && acceptedEncoding(header(request, 'accept-encoding')) === 'gzip';
  return documentResponse(request, 200, json, compressed ? gzipSync(text) : text, {
    ...headers,
    ...(compressed && { 'content-encoding': 'gzip' }),
  });
}

/** As on the other endpoints: `Age` and `max-age` count from the evaluation. */
function freshnessHeaders(
  { status, evaluationTime, nextRefresh }: Snapshot,
  now: number,
): Readonly<Record<string, string>> {
  const age = Math.floor(Math.max(0, now - evaluationTime) / 1000);
  const left = Math.min(Math.max(0, nextRefresh - now), nextRefresh - evaluationTime);
  const cacheControl = status === 'stale' ? 'no-cache' : `private, max-age=${age + Math.floor(left / 1000)}`;
  return { age: String(age), 'cache-control': cacheControl };
}

function queryOf({ url }: MetricsRequest): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}

function sinceOf(query: URLSearchParams): number | undefined {
  const text = query.get('since');
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function oneOf<T extends string>(values: readonly T[], value: string | null): T | undefined {
  return values.find((one) => one === value);
}

function inTime(snapshot: Promise<Snapshot | undefined>, clock: Clock): Promise<Snapshot | undefined> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => resolve(undefined), longestWait);
    void snapshot.then(resolve, reject).finally(() => timer.cancel());
  });
}
