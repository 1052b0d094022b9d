import { type AskOptions, form } from './start-datasource.js';

/** A call as Grafana or another client makes it. */
export interface RecordedCall extends AskOptions {
  readonly name: string;
  /** What follows the datasource URL. */
  readonly path: string;
  /** The answer is ours, not the upstream's: the same text, but never compressed. */
  readonly ours?: true;
}

/** Epoch seconds: the hour that is in the database. */
export const to = Date.UTC(2024, 10, 22, 12) / 1000;
export const from = to - 3600;

const grafana = {
  'user-agent': 'Grafana/11.5.2',
  'x-grafana-org-id': '1',
  'x-dashboard-uid': 'gateway',
  'x-panel-id': '7',
  'x-datasource-uid': 'prometheus',
  'accept-encoding': 'gzip',
};
const post = { method: 'POST', headers: { ...grafana, ...form } };
const get = { headers: grafana };

const encode = (parameters: Readonly<Record<string, string | number>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');

const panel = 'sum by (model) (rate(model_inference_requests_total{status=~"success|error"}[5m]))';
const range = { start: from, end: to, step: 15 };

/** What Grafana asks, feature by feature; every upstream has to answer it. */
export const grafanaCalls: readonly RecordedCall[] = [
  { name: 'Save & test', path: '/api/v1/query', ...post, body: encode({ query: '1+1', time: 4 }) },
  { name: 'Save & test with GET', path: `/api/v1/query?${encode({ query: '1+1', time: 4 })}`, ...get },
  { name: 'build information', path: '/api/v1/status/buildinfo', ...get },
  { name: 'editor: metric names', path: `/api/v1/label/__name__/values?${encode({ start: from, end: to })}`, ...get },
  {
    name: 'editor: labels, everything in the URL of a POST',
    path: `/api/v1/labels?${encode({ start: from, end: to })}`,
    ...post,
    body: '',
  },
  {
    name: 'editor: labels with GET and limit',
    path: `/api/v1/labels?${encode({ start: from, end: to, limit: 40000 })}`,
    ...get,
  },
  { name: 'editor: metadata', path: '/api/v1/metadata?limit=40000', ...get },
  {
    name: 'editor: metric names with limit',
    path: `/api/v1/label/__name__/values?${encode({ start: from, end: to, limit: 40000 })}`,
    ...get,
  },
  {
    name: 'scopes: label values of several selectors, with limit',
    path: `/api/v1/label/job/values?${encode({ 'match[]': 'up', start: from, end: to, limit: 10 })}&match[]=no_such_metric`,
    ...get,
  },
  {
    name: 'scopes: labels of several selectors',
    path: '/api/v1/labels',
    ...post,
    body: `${encode({ 'match[]': 'up', start: from, end: to })}&match%5B%5D=model_inference_requests_total`,
  },
  {
    name: 'variable: label_values(metric, label)',
    path: `/api/v1/label/model/values?${encode({ 'match[]': 'model_inference_requests_total', start: from, end: to })}`,
    ...get,
  },
  { name: 'variable: label_names()', path: `/api/v1/labels?${encode({ start: from, end: to })}`, ...get },
  {
    name: 'variable: query_result',
    path: '/api/v1/query',
    ...post,
    body: encode({ query: 'topk(3, model_inference_requests_total)', time: `${to}.123` }),
  },
  {
    name: 'variable: bare selector',
    path: '/api/v1/series',
    ...post,
    body: encode({ 'match[]': 'model_inference_requests_total{status="error"}', start: from, end: to }),
  },
  {
    name: 'range panel',
    path: '/api/v1/query_range',
    ...post,
    body: encode({ query: panel, ...range, timeout: '60s' }),
  },
  { name: 'range panel with GET', path: `/api/v1/query_range?${encode({ query: panel, ...range })}`, ...get },
  {
    name: 'range panel with a fraction of a second as step',
    path: '/api/v1/query_range',
    ...post,
    body: encode({ query: panel, start: to - 60, end: to, step: 0.5 }),
  },
  {
    name: 'range panel, not compressed',
    path: '/api/v1/query_range',
    method: 'POST',
    headers: form,
    body: encode({ query: panel, ...range }),
  },
  {
    name: 'range panel with custom parameters in the URL',
    path: '/api/v1/query_range?dedup=true&partial_response=false&max_source_resolution=5m',
    ...post,
    body: encode({ query: panel, ...range }),
  },
  {
    name: 'instant panel',
    path: '/api/v1/query',
    ...post,
    body: encode({
      query: 'histogram_quantile(0.95, sum by (le) (rate(model_inference_duration_seconds_bucket[5m])))',
      time: to,
    }),
  },
  {
    name: 'instant panel, time in RFC 3339',
    path: `/api/v1/query?${encode({ query: panel, time: '2024-11-22T11:59:59.5Z' })}`,
    ...get,
  },
  {
    name: 'instant panel without data',
    path: '/api/v1/query',
    ...post,
    body: encode({ query: 'no_such_metric', time: to }),
  },
  {
    name: 'instant panel of a range vector',
    path: '/api/v1/query',
    ...post,
    body: encode({ query: 'up[1m]', time: to }),
  },
  {
    name: 'exemplar probe with times in milliseconds',
    path: '/api/v1/query_exemplars',
    ...post,
    body: encode({ query: 'test', start: from * 1000, end: to * 1000 }),
  },
  { name: 'alerting: rules', path: '/api/v1/rules', ...get },
  {
    name: 'alerting: rules of one group, a page at a time',
    path: `/api/v1/rules?${encode({ 'file[]': 'rules.yml', 'rule_group[]': 'gateway', exclude_alerts: 'true', group_limit: 40 })}`,
    ...get,
  },
  { name: 'alerting: alerts', path: '/api/v1/alerts', ...get },
  {
    name: 'instant panel, time in exponential notation',
    path: `/api/v1/query?${encode({ query: panel, time: (to / 1e9).toFixed(9) })}e9`,
    ...get,
  },
  {
    name: 'range panel, times in RFC 3339 and step as duration',
    path: '/api/v1/query_range',
    ...post,
    body: encode({ query: panel, start: '2024-11-22T11:00:00Z', end: '2024-11-22T13:00:00.5+01:00', step: '1m30s' }),
  },
  {
    name: 'range panel whose form comes in chunks, as through a proxy',
    path: '/api/v1/query_range',
    method: 'POST',
    headers: { ...grafana, ...form, 'transfer-encoding': 'chunked' },
    body: encode({ query: panel, ...range }),
  },
  {
    name: 'a GET that has a form too',
    path: `/api/v1/query?${encode({ query: '1', time: 1 })}`,
    method: 'GET',
    headers: { ...grafana, ...form },
    body: encode({ query: '2', time: 2 }),
  },
  {
    name: 'special characters',
    path: '/api/v1/query',
    ...post,
    body: encode({ query: 'label_replace(up, "é", "$1 &=+%;#\\u2028", "job", "(.*)")', time: to }),
  },
  {
    name: 'the same parameter in body and URL',
    path: `/api/v1/query?${encode({ query: '1', time: 1 })}`,
    ...post,
    body: encode({ query: '2', time: 2 }),
  },
  {
    name: 'matchers in body and URL',
    path: `/api/v1/series?${encode({ 'match[]': 'up', start: from, end: to })}`,
    ...post,
    body: encode({ 'match[]': 'model_inference_requests_total{model="alder-base"}' }),
  },
  { name: 'a parameter twice', path: `/api/v1/query?${encode({ query: '1', time: 1 })}&query=2&time=2`, ...get },
  {
    name: 'a long answer',
    path: '/api/v1/query_range',
    ...post,
    headers: form,
    body: encode({ query: 'model_inference_requests_total', start: to - 5500, end: to, step: 0.5 }),
  },
];

/** What clients get wrong, and how Prometheus says it. */
export const wrongCalls: readonly RecordedCall[] = [
  { name: 'no query', path: '/api/v1/query', ...post, body: '' },
  { name: 'PromQL that does not parse', path: `/api/v1/query?${encode({ query: 'sum(', time: to })}`, ...get },
  { name: 'an unknown function', path: `/api/v1/query?${encode({ query: 'summ(up)', time: to })}`, ...get },
  { name: 'a time that is none', path: '/api/v1/query?query=up&time=abc', ...get },
  { name: 'a timeout that is none', path: '/api/v1/query?query=up&timeout=abc', ...get },
  { name: 'a range without start', path: '/api/v1/query_range?query=up&end=10&step=1', ...get },
  { name: 'a range that ends before it starts', path: '/api/v1/query_range?query=up&start=10&end=1&step=1', ...get },
  { name: 'a range without step', path: '/api/v1/query_range?query=up&start=0&end=10', ...get },
  { name: 'a start that is none', path: '/api/v1/query_range?query=up&start=abc&end=10&step=1', ...get },
  { name: 'a step that is none', path: '/api/v1/query_range?query=up&start=0&end=10&step=1.5h', ...get },
  { name: 'a range of a range vector', path: `/api/v1/query_range?${encode({ query: 'up[5m]', ...range })}`, ...get },
  { name: 'series without matcher', path: '/api/v1/series', ...post, body: '' },
  { name: 'a matcher that matches everything', path: `/api/v1/series?${encode({ 'match[]': '{}' })}`, ...get },
  { name: 'a matcher that does not parse', path: `/api/v1/labels?${encode({ 'match[]': '{' })}`, ...get },
  { name: 'a broken escape', path: '/api/v1/query?query=%zz&time=1', ...get },
  { name: 'a semicolon between parameters', path: '/api/v1/query?query=up;time=1', ...get },
  {
    name: 'a JSON body',
    path: '/api/v1/query',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"up"}',
  },
];

/** What only Prometheus itself has, or says in this way. */
export const prometheusCalls: readonly RecordedCall[] = [
  { name: 'build information with POST first', path: '/api/v1/status/buildinfo', ...post, body: '' },
  { name: 'label values with POST first', path: '/api/v1/label/job/values', ...post, body: '' },
  { name: 'HEAD', path: '/api/v1/query?query=up', method: 'HEAD' },
  { name: 'PUT', path: '/api/v1/query?query=up', method: 'PUT' },
  { name: 'DELETE', path: '/api/v1/labels', method: 'DELETE' },
  { name: 'OPTIONS', path: '/api/v1/query', method: 'OPTIONS' },
  { name: 'an unknown path', path: '/api/v1/nonsense', ...get },
  { name: 'a label name with a slash', path: '/api/v1/label/a%2Fb/values', ...get },
  { name: 'a label name that is none', path: '/api/v1/label/bad-name/values', ...get },
  { name: 'a label name that is written in another way', path: '/api/v1/label/%6aob/values', ...get },
  { name: 'query formatting', path: `/api/v1/format_query?${encode({ query: 'sum(rate(up[5m]))by(job)' })}`, ...get },
  {
    name: 'exemplars',
    path: `/api/v1/query_exemplars?${encode({ query: 'exemplary_total', start: 0, end: 9e9 })}`,
    ...get,
  },
  {
    name: 'execution fails',
    path: `/api/v1/query?${encode({ query: 'up * on (nothing) model_inference_requests_total', time: to })}`,
    ...get,
  },
  { name: 'exemplars of no selector', path: '/api/v1/query_exemplars?query=1', ...get },
  { name: '11,001 points', path: '/api/v1/query_range?query=1&start=0&end=11000&step=1', ...get },
  { name: '11,002 points', ours: true, path: '/api/v1/query_range?query=1&start=0&end=11001&step=1', ...get },
  { name: 'no step at all', ours: true, path: '/api/v1/query_range?query=1&start=0&end=10&step=0', ...get },
  { name: 'a step that is no number', ours: true, path: '/api/v1/query_range?query=1&start=0&end=10&step=NaN', ...get },
  {
    name: 'an instant with everything that a query can say',
    path: '/api/v1/query',
    ...post,
    body: encode({ query: panel, time: to, timeout: '5s', lookback_delta: '1m', limit: 2 }),
  },
  { name: 'label values without a limit', path: '/api/v1/label/le/values?limit=0', ...get },
  { name: 'rules of one type', path: '/api/v1/rules?type=alert', ...get },
  { name: 'rules of a type that is none', path: '/api/v1/rules?type=x', ...get },
  { name: 'metadata of one metric', path: '/api/v1/metadata?metric=exemplary_total', ...get },
  { name: 'metadata with a limit that is none', path: '/api/v1/metadata?limit=x', ...get },
];

const metricsql = [
  'rollup(model_inference_requests_total{model="alder-base"}[5m])',
  'WITH (x = 5, f(q) = sum(q) by (model)) f(model_inference_requests_total) + x',
  'rate(model_inference_requests_total) keep_metric_names',
  'model_inference_requests_total{model="alder-base" or provider="birch"}',
  'no_such_metric default 7',
  'range_median(model_inference_requests_total)',
  'increase(model_inference_requests_total[3i])',
  'sum(model_inference_requests_total) by (model) limit 4',
];

/** What only VictoriaMetrics has. */
export const victoriaMetricsCalls: readonly RecordedCall[] = [
  ...metricsql.flatMap((query): RecordedCall[] => [
    { name: `MetricsQL at an instant: ${query}`, path: '/api/v1/query', ...post, body: encode({ query, time: to }) },
    { name: `MetricsQL in a range: ${query}`, path: '/api/v1/query_range', ...post, body: encode({ query, ...range }) },
  ]),
  { name: 'a range without any time', path: '/api/v1/query_range?query=no_such_metric', ...get },
];
