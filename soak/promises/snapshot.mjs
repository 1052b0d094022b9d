import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { parseExposition } from '../../dist/check/parse-exposition.js';
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

/** Bodies by tag: the same tag is the same bytes, and need be read once. */
const bodies = new Map();
/** Seconds that fresh answers were good for at most: a costly refresh makes the interval, and with it the limit, longer. */
let longestFresh = 0;

/** An answer of one of the metrics paths, in any state that the service may be in. */
export function judgeSnapshot(answer, asked) {
  const { status, headers, body } = answer;
  must(headers.vary === vary, vary, headers.vary);
  if (status === 200) return judgeGood(answer, asked);
  if (status === 304)
    return must(headers.etag === asked.headers['if-none-match'], 'the tag that was asked for', headers.etag);
  if (status !== 503) return judgeError(answer, asked);
  must(asked.mayBeUnavailable, 'an answer at any time', status);
  must(headers['cache-control'] === 'no-store', 'no-store', headers['cache-control']);
  must(headers['content-type'] === contentTypes[asked.format], contentTypes[asked.format], headers['content-type']);
  if (asked.method !== 'HEAD') judgeUnavailable(asked.format, String(unpacked(headers, body)));
}

function judgeUnavailable(format, text) {
  if (format === 'openmetrics') return must(text === '# EOF\n', '# EOF', text);
  if (format === 'text') return must(/^# unavailable: .+\n$/.test(text), 'a comment with the reason', text);
  const { status, error, timestamp } = JSON.parse(text);
  must(status === 'unavailable' && error.code === 'unavailable', 'unavailable', text);
  must(!Number.isNaN(Date.parse(timestamp)), 'a timestamp', timestamp);
}

function judgeGood({ headers, body }, asked) {
  must(headers['content-type'] === contentTypes[asked.format], contentTypes[asked.format], headers['content-type']);
  must(headers['content-encoding'] === asked.encoding, asked.encoding ?? 'no encoding', headers['content-encoding']);
  if (asked.mayBeUnavailable) judgeAge(headers);
  else must(headers['cache-control'] === 'no-cache', 'no-cache', headers['cache-control']);
  const { etag } = headers;
  if (asked.kind !== 'scrape') must(/^"[\w-]+"$/.test(etag ?? ''), 'a strong ETag', etag);
  if (asked.method === 'HEAD')
    return must(Number(headers['content-length']) > 0, 'a length', headers['content-length']);
  const digest = createHash('sha1').update(body).digest('hex');
  const known = etag === undefined ? undefined : bodies.get(etag);
  if (known !== undefined) return must(known === digest, `the same bytes for ${etag}`, digest);
  const text = String(unpacked(headers, body));
  if (asked.format === 'json') judgeSummary(JSON.parse(text), asked.numbers);
  else if (asked.format === 'markdown') must(text.startsWith('# '), 'Markdown', text);
  else judgeExposition(text, asked, headers);
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
