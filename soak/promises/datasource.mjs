import { gunzipSync } from 'node:zlib';
import { longestAnswer } from '../settings.mjs';
import { judgeRefusal } from './headers.mjs';
import { must } from './must.mjs';

/** Statuses with which the datasource tells of a failure in Prometheus's error form. */
const failures = [400, 401, 403, 422, 429, 500, 502, 503, 504];

/** An answer of the Prometheus API: good, an error in Prometheus's form, or one of its plain texts. */
export function judgeDatasource({ status, headers, body }, asked) {
  judgeRefusal({ status, headers }, asked);
  must(headers['cache-control'] === 'no-store', 'no-store', headers['cache-control']);
  if (status === 204) return must(asked.method === 'OPTIONS', 'no 204 of this method', asked.method);
  const type = headers['content-type'] ?? '';
  if (/^text\/plain/.test(type)) return must([404, 405, 503].includes(status), '404, 405 or 503 for a text', status);
  must(/^application\/json/.test(type), 'JSON', type);
  const text = headers['content-encoding'] === 'gzip' ? unpacked(body) : String(body);
  // What an upstream gives as JSON goes through as it came: a bomb too, which is small on its way.
  if (text === undefined) return must(asked.mayBeForeign, 'no bomb', asked.path);
  const document = JSON.parse(text);
  if (status === 200) return must(document.status === 'success' || asked.mayBeForeign, 'success', document);
  // Of a right token only the upstream may have enough, in its own words.
  must(document.errorType !== 'rate_limited' || asked.reader !== 'right', 'no refusal of a right token', document);
  must(failures.includes(status), `one of ${failures}`, status);
  must(status !== 500 || asked.mayBeForeign, 'no failure of our own', document);
  if (!asked.mayBeForeign) must(document.status === 'error' && document.error !== '', 'an error', document);
}

/** Undefined for what is longer than the upstream may answer. */
function unpacked(body) {
  try {
    return String(gunzipSync(body, { maxOutputLength: longestAnswer }));
  } catch (error) {
    if (error.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}
