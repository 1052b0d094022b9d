import { gunzipSync } from 'node:zlib';
import { maxBody } from '../settings.mjs';
import { judgeRefusal } from './headers.mjs';
import { must } from './must.mjs';

/** Statuses of errors in Prometheus's format. */
const failures = [400, 401, 403, 422, 429, 500, 502, 503, 504];

/** A response of the Prometheus API: success, an error in Prometheus's format, or plain text. */
export function judgeDatasource({ status, headers, body }, sent) {
  judgeRefusal({ status, headers }, sent);
  must(headers['cache-control'] === 'no-store', 'no-store', headers['cache-control']);
  if (status === 204) return must(sent.method === 'OPTIONS', 'no 204 of this method', sent.method);
  const type = headers['content-type'] ?? '';
  if (/^text\/plain/.test(type)) return must([404, 405, 503].includes(status), '404, 405 or 503 for a text', status);
  must(/^application\/json/.test(type), 'JSON', type);
  const text = headers['content-encoding'] === 'gzip' ? unpacked(body) : String(body);
  // JSON of the upstream passes through unchanged, a compressed bomb included.
  if (text === undefined) return must(sent.mayBeForeign, 'no bomb', sent.path);
  const document = JSON.parse(text);
  if (status === 200) return must(document.status === 'success' || sent.mayBeForeign, 'success', document);
  // Only the upstream may rate-limit a valid token, in its own words.
  must(document.errorType !== 'rate_limited' || sent.reader !== 'right', 'no refusal of a valid token', document);
  must(failures.includes(status), `one of ${failures}`, status);
  must(status !== 500 || sent.mayBeForeign, 'no failure of our own', document);
  if (!sent.mayBeForeign) must(document.status === 'error' && document.error !== '', 'an error', document);
}

/** Undefined for bodies above PROMETHEUS_MAX_BODY. */
function unpacked(body) {
  try {
    return String(gunzipSync(body, { maxOutputLength: maxBody }));
  } catch (error) {
    if (error.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}
