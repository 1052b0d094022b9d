import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { parseExposition } from '../../dist/tools/check/service/parse-exposition.js';
import { staleLimit } from '../settings.mjs';
import { judgeError } from './headers.mjs';
import { must } from './must.mjs';
import { judgeSummary } from './summary.mjs';

const vary = 'Accept, Accept-Encoding, Authorization';
export const contentTypes = {
  json: 'application/json; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  markdown: 'text/markdown; charset=utf-8',
};

/** Body digests by ETag: equal tags mean equal bytes, parsed once. */
const bodies = new Map();
/** Longest max-age seen, in seconds: an expensive refresh lengthens the interval and the stale limit. */
let longestFresh = 0;

/** A response of a metrics path, in any state of the service. */
export function judgeSnapshot(response, sent) {
  const { status, headers, body } = response;
  must(headers.vary === vary, vary, headers.vary);
  if (status === 200) return judgeGood(response, sent);
  if (status === 304)
    return must(headers.etag === sent.headers['if-none-match'], 'the tag of the request', headers.etag);
  if (status !== 503) return judgeError(response, sent);
  must(sent.mayBeUnavailable, 'a response at any time', status);
  must(headers['cache-control'] === 'no-store', 'no-store', headers['cache-control']);
  must(headers['content-type'] === contentTypes[sent.format], contentTypes[sent.format], headers['content-type']);
  if (sent.method !== 'HEAD') judgeUnavailable(sent.format, String(unpacked(headers, body)));
}

function judgeUnavailable(format, text) {
  if (format === 'openmetrics') return must(text === '# EOF\n', '# EOF', text);
  if (format === 'text') return must(/^# unavailable: .+\n$/.test(text), 'a comment with the reason', text);
  const { status, error, timestamp } = JSON.parse(text);
  must(status === 'unavailable' && error.code === 'unavailable', 'unavailable', text);
  must(!Number.isNaN(Date.parse(timestamp)), 'a timestamp', timestamp);
}

function judgeGood({ headers, body }, sent) {
  must(headers['content-type'] === contentTypes[sent.format], contentTypes[sent.format], headers['content-type']);
  must(headers['content-encoding'] === sent.encoding, sent.encoding ?? 'no encoding', headers['content-encoding']);
  if (sent.mayBeUnavailable) judgeAge(headers);
  else must(headers['cache-control'] === 'no-cache', 'no-cache', headers['cache-control']);
  const { etag } = headers;
  if (sent.kind !== 'scrape') must(/^"[\w-]+"$/.test(etag ?? ''), 'a strong ETag', etag);
  if (sent.method === 'HEAD') return must(Number(headers['content-length']) > 0, 'a length', headers['content-length']);
  const digest = createHash('sha1').update(body).digest('hex');
  const known = etag === undefined ? undefined : bodies.get(etag);
  if (known !== undefined) return must(known === digest, `the same bytes for ${etag}`, digest);
  const text = String(unpacked(headers, body));
  if (sent.format === 'json') judgeSummary(JSON.parse(text), sent.numbers);
  else if (sent.format === 'markdown') must(text.startsWith('# '), 'Markdown', text);
  else judgeExposition(text, sent, headers);
  if (etag !== undefined) bodies.set(etag, digest);
  if (bodies.size > 2000) bodies.delete(bodies.keys().next().value);
}

function judgeAge({ age, 'cache-control': caching }) {
  must(/^\d+$/.test(age ?? ''), 'Age in whole seconds', age);
  const seconds = /^private, max-age=(\d+)$/.exec(caching)?.[1];
  must(seconds !== undefined || caching === 'no-cache', 'private with max-age, or no-cache', caching);
  if (seconds !== undefined) {
    must(Number(seconds) >= Number(age), `at least Age ${age}`, caching);
    longestFresh = Math.max(longestFresh, Number(seconds));
  }
  const limit = Math.max(staleLimit, 3 * longestFresh) + 2;
  must(Number(age) <= limit, `at most ${limit} s`, age);
}

function judgeExposition(text, { format, kind }, headers) {
  const families = parseExposition(text, format);
  must(families.length > 0, 'families', headers);
  for (const { name, samples } of families) {
    for (const { value, labels } of samples) {
      must(!/nan/i.test(value), `a number for ${name}`, value);
      if (kind !== 'scrape') must(labels.reexported_by === 'gatewayz-metrics', `the marker on ${name}`, labels);
    }
  }
}

function unpacked(headers, body) {
  return headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}
