/**
 * What is done about a parameter: `promql` counts towards the query size, `range` (start, end, step) towards points and
 * longest range, `timeout` is capped, `kept` goes on as it is.
 */
export type ParameterRule = 'promql' | 'range' | 'timeout' | 'kept';

/** One path of the Prometheus API, for the router, the guard, our metrics and the documentation. */
export interface Endpoint {
  /** What follows `<prefix>/api/v1`; `<name>` stands for one segment, a label name. */
  readonly path: string;
  /** The `endpoint` label of our own metrics. */
  readonly name: string;
  readonly methods: readonly string[];
  /** Those that Prometheus knows. Others go on as they are, for engines that know more. */
  readonly parameters: Readonly<Record<string, ParameterRule>>;
  /** Whether a good answer may be given again for a few seconds. */
  readonly cache: 'never' | 'always' | 'without time';
}

const get = ['GET'];
const getPost = ['GET', 'POST'];
const evaluation = { timeout: 'timeout', lookback_delta: 'kept', limit: 'kept', stats: 'kept' } as const;
const window = { start: 'kept', end: 'kept', limit: 'kept' } as const;
const matching = { 'match[]': 'promql', ...window } as const;
const ruleFilter = {
  type: 'kept',
  'rule_name[]': 'kept',
  'rule_group[]': 'kept',
  'file[]': 'kept',
  'match[]': 'promql',
  exclude_alerts: 'kept',
  group_limit: 'kept',
  group_next_token: 'kept',
} as const;

/** Everything that is served; whatever is not here is 404. Methods are Prometheus's, without those that change anything. */
export const endpoints: readonly Endpoint[] = [
  {
    path: '/query',
    name: 'query',
    methods: getPost,
    parameters: { query: 'promql', time: 'kept', ...evaluation },
    cache: 'without time',
  },
  {
    path: '/query_range',
    name: 'query_range',
    methods: getPost,
    parameters: { query: 'promql', start: 'range', end: 'range', step: 'range', ...evaluation },
    cache: 'never',
  },
  {
    path: '/query_exemplars',
    name: 'query_exemplars',
    methods: getPost,
    parameters: { query: 'promql', start: 'kept', end: 'kept' },
    cache: 'never',
  },
  { path: '/series', name: 'series', methods: getPost, parameters: matching, cache: 'never' },
  { path: '/labels', name: 'labels', methods: getPost, parameters: matching, cache: 'always' },
  { path: '/label/<name>/values', name: 'label_values', methods: get, parameters: matching, cache: 'always' },
  {
    path: '/metadata',
    name: 'metadata',
    methods: get,
    parameters: { metric: 'kept', limit: 'kept', limit_per_metric: 'kept' },
    cache: 'always',
  },
  { path: '/status/buildinfo', name: 'buildinfo', methods: get, parameters: {}, cache: 'never' },
  { path: '/rules', name: 'rules', methods: get, parameters: ruleFilter, cache: 'never' },
  { path: '/alerts', name: 'alerts', methods: get, parameters: {}, cache: 'never' },
  { path: '/format_query', name: 'format_query', methods: getPost, parameters: { query: 'promql' }, cache: 'never' },
];

export interface Destination {
  readonly endpoint: Endpoint;
  /** The path to ask upstream, below `/api/v1`. */
  readonly path: string;
}

const byPath = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]));

/** Where a path below `<prefix>/api/v1` leads. Compared as it was sent: no second spelling leads anywhere. */
export function findEndpoint(path: string): Destination | undefined {
  const named = /^\/label\/([^/]+)\/values$/.exec(path)?.[1];
  const label = named === undefined ? undefined : labelName(named);
  const endpoint = byPath.get(label === undefined ? path : '/label/<name>/values');
  if (endpoint === undefined) return undefined;
  return { endpoint, path: label === undefined ? path : `/label/${encodeURIComponent(label)}/values` };
}

/** Any name, as Prometheus 3 has them, but nothing that means another path. */
function labelName(segment: string): string | undefined {
  try {
    const name = decodeURIComponent(segment);
    return name === '.' || name === '..' || name.includes('/') ? undefined : name;
  } catch {
    return undefined;
  }
}
