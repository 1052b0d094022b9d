import { gunzipSync, gzipSync } from 'node:zlib';
import { etagOf } from './etag.js';
import type { Representation } from './representation.js';
import type { SummaryDocument } from './summary.js';

/** A summary whose next refresh is overdue: the same values with status `stale` and their present age. */
export function markOverdue(representation: Representation, ageMilliseconds: number): Representation {
  const { body, view } = representation;
  const gzip = view.encoding === 'gzip';
  const text = new TextDecoder().decode(gzip ? gunzipSync(body) : body);
  const document = JSON.parse(text) as SummaryDocument;
  const age = Math.round(ageMilliseconds / 100) / 10;
  const marked = new TextEncoder().encode(`${JSON.stringify({ ...document, status: 'stale', age_seconds: age })}\n`);
  const bytes = gzip ? gzipSync(marked) : marked;
  return { ...representation, body: Buffer.from(bytes), etag: etagOf(bytes) };
}
