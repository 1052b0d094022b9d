/**
 * How a parameter is checked: `promql` counts towards the query size, `range` (start, end, step) towards points and longest
 * range, `timeout` is capped, `unchecked` is forwarded as it is.
 */
export type ParameterRule = 'promql' | 'range' | 'timeout' | 'unchecked';

/** One path of the Prometheus API. */
export interface Endpoint {
  /** What follows `<prefix>/api/v1`; `<name>` stands for one segment, a label name. */
  readonly path: string;
  /** The `endpoint` label of our own metrics. */
  readonly name: string;
  readonly methods: readonly string[];
  /** Those of Prometheus. Others are forwarded as they are, for engines that have more. */
  readonly parameters: Readonly<Record<string, ParameterRule>>;
  /** Whether a successful response may be cached for a few seconds. */
  readonly cache: 'never' | 'always' | 'without time';
}

const get = ['GET'];
const getPost = ['GET', 'POST'];
const evaluation = { timeout: 'timeout', lookback_delta: 'unchecked', limit: 'unchecked', stats: 'unchecked' } as const;
const window = { start: 'unchecked', end: 'unchecked', limit: 'unchecked' } as const;
const matching = { 'match[]': 'promql', ...window } as const;
const ruleFilter = {
  type: 'unchecked',
  'rule_name[]': 'unchecked',
  'rule_group[]': 'unchecked',
  'file[]': 'unchecked',
  'match[]': 'promql',
  exclude_alerts: 'unchecked',
  group_limit: 'unchecked',
  group_next_token: 'unchecked',
} as const;

/** Every path that is served; all others are 404. Methods are Prometheus's, without those that change anything. */
export const endpoints: readonly Endpoint[] = [
  {
    path: '/query',
    name: 'query',
    methods: getPost,
    parameters: { query: 'promql', time: 'unchecked', ...evaluation },
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
    parameters: { query: 'promql', start: 'unchecked', end: 'unchecked' },
    cache: 'never',
  },
  { path: '/series', name: 'series', methods: getPost, parameters: matching, cache: 'never' },
  { path: '/labels', name: 'labels', methods: getPost, parameters: matching, cache: 'always' },
  { path: '/label/<name>/values', name: 'label_values', methods: get, parameters: matching, cache: 'always' },
  {
    path: '/metadata',
    name: 'metadata',
    methods: get,
    parameters: { metric: 'unchecked', limit: 'unchecked', limit_per_metric: 'unchecked' },
    cache: 'always',
  },
  { path: '/status/buildinfo', name: 'buildinfo', methods: get, parameters: {}, cache: 'never' },
  { path: '/rules', name: 'rules', methods: get, parameters: ruleFilter, cache: 'never' },
  { path: '/alerts', name: 'alerts', methods: get, parameters: {}, cache: 'never' },
  { path: '/format_query', name: 'format_query', methods: getPost, parameters: { query: 'promql' }, cache: 'never' },
];

export interface Destination {
  readonly endpoint: Endpoint;
  /** The upstream path, below `/api/v1`. */
  readonly path: string;
}

const byPath = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]));

/** Finds the endpoint of a path below `<prefix>/api/v1`. The path is compared as it was sent. */
export function findEndpoint(path: string): Destination | undefined {
  const named = /^\/label\/([^/]+)\/values$/.exec(path)?.[1];
  const label = named === undefined ? undefined : labelName(named);
  const endpoint = byPath.get(label === undefined ? path : '/label/<name>/values');
  if (endpoint === undefined) return undefined;
  return { endpoint, path: label === undefined ? path : `/label/${encodeURIComponent(label)}/values` };
}

/** Any label name of Prometheus 3, unless it would change the path. */
function labelName(segment: string): string | undefined {
  try {
    const name = decodeURIComponent(segment);
    return name === '.' || name === '..' || name.includes('/') ? undefined : name;
  } catch {
    return undefined;
  }
}
