import { gzipSync } from 'node:zlib';
import type { Catalogue } from '../catalogue/compile.js';
import type { Snapshot } from '../model.js';
import { etagOf } from './etag.js';
import { emptyExposition, expositionPieces, expositionType } from './exposition.js';
import { familiesOf } from './families.js';
import { emptyOpenMetrics, openMetricsPieces, openMetricsType } from './open-metrics.js';
import type { Marker } from './samples.js';
import { summaryDocument } from './summary.js';
import { utf8Bytes } from './utf8-bytes.js';

export type Format = 'text' | 'openmetrics' | 'json' | 'json-numbers';
export type Encoding = 'identity' | 'gzip';

/** Endpoint, format and encoding of a response. */
export interface View {
  readonly endpoint: string;
  readonly format: Format;
  readonly encoding: Encoding;
}

export function viewKey({ endpoint, format, encoding }: View): string {
  return `${endpoint} ${format} ${encoding}`;
}

/** Rendered bytes and metadata of one view of one snapshot. Times in epoch milliseconds. */
export interface Representation {
  readonly view: View;
  readonly status: 200 | 503;
  readonly contentType: string;
  /** Strong: equal bytes, equal tag. */
  readonly etag: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly evaluationTime: number;
  readonly madeAt: number;
  readonly nextRefresh: number;
  /** From then on the view is stale, unless a new one has come. */
  readonly overdueAt: number;
  readonly expires: number;
  readonly stale: boolean;
  /** Rendered before Prometheus responded; replaces nothing that can still be shown. */
  readonly provisional: boolean;
}

/** Takes a third of the default level's time for a seventh more bytes. */
const gzipLevel = 1;

/** Headroom in the buffer for longer numbers and new series. */
const slack = 1.05;

const contentTypes: Readonly<Record<Format, string>> = {
  text: expositionType,
  openmetrics: openMetricsType,
  json: 'application/json; charset=utf-8',
  'json-numbers': 'application/json; charset=utf-8',
};

/**
 * Renders views of one snapshot. Encodings of one format share the rendered text.
 *
 * @param lengths Bytes of the last documents, by endpoint and format; updated in place.
 */
export function representationsOf(
  snapshot: Snapshot,
  views: readonly View[],
  catalogue: Catalogue,
  marker: Marker | undefined,
  lengths = new Map<string, number>(),
): Representation[] {
  const plain = new Map<Format, Uint8Array<ArrayBuffer>>();
  const render = (view: View): Uint8Array<ArrayBuffer> => {
    const key = `${view.endpoint} ${view.format}`;
    const bytes = utf8Bytes(
      renderPieces(snapshot, view, catalogue, marker),
      Math.ceil(slack * (lengths.get(key) ?? 0)),
    );
    lengths.set(key, bytes.length);
    return bytes;
  };
  return views.map((view) => {
    const bytes = plain.get(view.format) ?? render(view);
    plain.set(view.format, bytes);
    const body = view.encoding === 'gzip' ? new Uint8Array(gzipSync(bytes, { level: gzipLevel })) : bytes;
    const { status, evaluationTime, madeAt, nextRefresh, overdueAt, expires } = snapshot;
    return {
      view,
      status: status === 'unavailable' ? 503 : 200,
      contentType: contentTypes[view.format],
      etag: etagOf(body),
      body,
      evaluationTime,
      madeAt,
      nextRefresh,
      overdueAt,
      expires,
      stale: status !== 'ok',
      provisional: snapshot.provisional === true,
    };
  });
}

function renderPieces(
  snapshot: Snapshot,
  { endpoint, format }: View,
  catalogue: Catalogue,
  marker: Marker | undefined,
): Iterable<string> {
  if (format === 'json' || format === 'json-numbers') {
    const document = summaryDocument(snapshot, catalogue, format === 'json' ? 'string' : 'number');
    return [`${JSON.stringify(document)}\n`];
  }
  if (snapshot.status === 'unavailable') {
    const reason = snapshot.failure ?? 'no data source has responded recently';
    return [format === 'openmetrics' ? emptyOpenMetrics() : emptyExposition(reason)];
  }
  const families = familiesOf(snapshot, catalogue.families[endpoint] ?? []);
  return format === 'openmetrics' ? openMetricsPieces(families, marker) : expositionPieces(families, marker);
}
