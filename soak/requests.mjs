import { judgeDatasource } from './promises/datasource.mjs';
import { judgeError } from './promises/headers.mjs';
import { must } from './promises/must.mjs';
import { judgeSnapshot } from './promises/snapshot.mjs';

const metrics = '/prometheus/metrics';
const api = '/prometheus/api/v1';
const texts = ['/system', '/providers', '/models', '/business', '/performance', '/all'];
const openMetrics = 'application/openmetrics-text; version=1.0.0, text/plain;q=0.5';
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const query = 'sum by (provider) (rate(model_inference_requests_total[1m]))';

/** A valid token of one of the readers. */
function reading(random, tokens, names) {
  const name = random.pick(names);
  // While a token is being replaced, both the old and the new one may be refused.
  const reader = name === 'rotating' && !tokens.settled ? 'unsettled' : 'right';
  return { headers: tokens.header(name), reader };
}

function snapshot({ random, tokens, tags }, kind, path, format, mayBeUnavailable = true) {
  const { headers, reader } = reading(random, tokens, ['ops', 'widgets', 'rotating']);
  const encoding = random.chance(0.5) ? 'gzip' : undefined;
  const numbers = format === 'json' && random.chance(0.3);
  const key = `${path} ${format} ${encoding} ${numbers}`;
  const tag = random.chance(0.3) ? tags.get(key) : undefined;
  return {
    kind,
    path: `${metrics}${path}${numbers ? '?values=number' : ''}`,
    method: random.chance(0.1) ? 'HEAD' : 'GET',
    headers: {
      ...headers,
      ...(format === 'openmetrics' && { accept: openMetrics }),
      ...(encoding && { 'accept-encoding': encoding }),
      ...(tag && { 'if-none-match': tag }),
    },
    format,
    encoding,
    numbers,
    reader,
    mayBeUnavailable,
    area: 'metrics',
    seen: ({ headers: given }) => given.etag && tags.set(key, given.etag),
    judge: judgeSnapshot,
  };
}

function datasource({ random, tokens }, kind, path, more = {}) {
  const { headers, reader } = reading(random, tokens, ['ops', 'grafana', 'rotating']);
  const encoding = random.chance(0.5) ? { 'accept-encoding': 'gzip' } : {};
  return {
    kind: `datasource ${kind}`,
    path: `${api}${path}`,
    method: 'GET',
    reader,
    area: 'datasource',
    // JSON of the upstream passes through unchanged, and some faults are JSON.
    mayBeForeign: true,
    mayBreakOff: true,
    judge: judgeDatasource,
    ...more,
    headers: { ...headers, ...encoding, ...more.headers },
  };
}

/** An invalid token, in one of several forms. */
function wrong({ random, tokens }) {
  const { authorization } = tokens.header('ops');
  const forms = [
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: `${authorization}x` },
    { authorization: `${authorization}, ${authorization}` },
    { authorization: `Basic ${Buffer.from(authorization).toString('base64')}` },
    { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJleHAiOjF9.' },
    { authorization: `Bearer ${'x'.repeat(8_000)}` },
  ];
  return { headers: random.pick(forms), reader: 'wrong' };
}

const refused = (response, sent) => {
  must([401, 429].includes(response.status), '401 or 429', response.status);
  return sent.area === 'metrics' ? judgeError(response, sent) : judgeDatasource(response, sent);
};
const only = (status, judge) => (response, sent) => {
  const refused = sent.reader === 'unsettled' && [401, 429].includes(response.status);
  must(refused || response.status === status, status, response.status);
  return judge?.(response, sent);
};

/** Kinds of requests with their weights. `judge` throws where the response breaks a promise. */
const table = [
  [28, (soak) => snapshot(soak, 'summary', '/summary', 'json')],
  [16, (soak) => snapshot(soak, 'text', soak.random.pick(texts), 'text')],
  [12, (soak) => snapshot(soak, 'openmetrics', soak.random.pick(texts), 'openmetrics')],
  [6, (soak) => snapshot(soak, 'scrape', '', soak.random.pick(['text', 'openmetrics']), false)],
  [2, (soak) => snapshot(soak, 'docs', '/docs', 'markdown', false)],
  [4, (soak) => datasource(soak, 'query', `/query?query=${encodeURIComponent(query)}`)],
  [2, (soak) => datasource(soak, 'pinned query', `/query?query=up&time=${Math.floor(Date.now() / 1000)}`)],
  [2, (soak) => datasource(soak, 'form', '/query', { method: 'POST', headers: form, body: 'query=1%2B1' })],
  [
    2,
    (soak) =>
      datasource(
        soak,
        'range',
        `/query_range?query=up&start=${Date.now() / 1000 - 60}&end=${Date.now() / 1000}&step=5`,
      ),
  ],
  [2, (soak) => datasource(soak, 'labels', '/labels')],
  [1, (soak) => datasource(soak, 'faulty query', '/query?query=sum(')],
  [
    1,
    (soak) =>
      datasource(soak, 'too many points', '/query_range?query=up&start=0&end=99999&step=1', {
        judge: only(400, judgeDatasource),
      }),
  ],
  [1, (soak) => datasource(soak, 'unknown path', '/admin/tsdb/snapshot', { judge: only(404, judgeDatasource) })],
  [1, (soak) => datasource(soak, 'HEAD', '/query?query=up', { method: 'HEAD', judge: only(405) })],
  [
    4,
    (soak) => ({
      kind: 'wrong token',
      path: `${metrics}/summary`,
      method: 'GET',
      area: 'metrics',
      judge: refused,
      ...wrong(soak),
    }),
  ],
  [
    2,
    (soak) => ({
      kind: 'wrong token, datasource',
      path: `${api}/query?query=up`,
      method: 'GET',
      area: 'datasource',
      judge: refused,
      ...wrong(soak),
    }),
  ],
  [
    1,
    ({ tokens }) => ({
      kind: 'other scope',
      path: metrics,
      method: 'GET',
      headers: tokens.header('grafana'),
      area: 'metrics',
      judge: only(403, judgeError),
    }),
  ],
  [
    1,
    ({ tokens }) => ({
      kind: 'other scope, datasource',
      path: `${api}/query?query=1`,
      method: 'GET',
      headers: tokens.header('widgets'),
      area: 'datasource',
      judge: only(403, judgeDatasource),
    }),
  ],
  [
    2,
    ({ random }) => ({
      kind: 'other method',
      path: `${metrics}/summary`,
      method: random.pick(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']),
      headers: {},
      judge: only(405, judgeError),
    }),
  ],
  [
    1,
    () => ({
      kind: 'unknown path',
      path: `${metrics}/nothing`,
      method: 'GET',
      headers: {},
      judge: only(404, judgeError),
    }),
  ],
  [2, () => ({ kind: 'healthz', path: '/healthz', method: 'GET', headers: {}, judge: only(200) })],
  [1, () => ({ kind: 'readyz', path: '/readyz', method: 'GET', headers: {}, judge: only(200) })],
  [
    4,
    (soak) => ({
      ...snapshot(soak, 'client that leaves', soak.random.pick(['/summary', '/all', '']), 'text'),
      leaves: true,
    }),
  ],
  [1, (soak) => ({ ...datasource(soak, 'client that leaves', '/query?query=up'), leaves: true })],
];

/** Picks the next request: method, path, headers, `judge`, and `leaves` where the client disconnects first. */
export function nextRequest(soak) {
  const [, make] = soak.random.pick(table, ([weight]) => weight);
  return make(soak);
}
