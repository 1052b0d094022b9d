/** What only the console queries: texts by provider and by pair of model and provider. */
export interface ConsoleQueries {
  /** By column: text with one series per provider. */
  readonly providers: Readonly<Record<'known' | 'requests_per_minute' | 'p95_seconds' | 'first_token_seconds', string>>;
  /** Number of pairs that have series. */
  readonly pairs: string;
  /** By column: text with one series per pair, over the last hour. */
  readonly models: Readonly<Record<ModelColumn, string>>;
  /** By column: text with the first pairs, chosen by Prometheus. */
  readonly rankings: Readonly<Record<ModelColumn, string>>;
}

export const modelColumns = ['requests', 'tokens', 'credits', 'p95', 'errors'] as const;
export type ModelColumn = (typeof modelColumns)[number];

/** Pairs that a ranking shows. */
const shownPairs = 100;
/** Requests in the hour below which a share of errors or a quantile says nothing. */
const fewestRequests = 20;

const pairRequests = 'sum by (model, provider) (increase(model_inference_requests_total[1h]))';
const pairErrors = 'sum by (model, provider) (increase(model_inference_requests_total{status!~"success|"}[1h]))';
const pairColumns: ConsoleQueries['models'] = {
  requests: pairRequests,
  tokens: 'sum by (model, provider) (increase(tokens_used_total[1h]))',
  credits: 'sum by (model, provider) (increase(credits_used_total[1h]))',
  p95: 'histogram_quantile(0.95, sum by (model, provider, le) (rate(model_inference_duration_seconds_bucket[1h])))',
  errors: `(${pairErrors} or 0 * ${pairRequests}) / (${pairRequests} > 0)`,
};

const top = (text: string): string => `topk(${shownPairs}, ${text} > 0)`;
const topOfBusy = (text: string): string => top(`((${text}) and ${pairRequests} >= ${fewestRequests})`);

export const consoleQueries: ConsoleQueries = {
  providers: {
    known: 'count by (provider) (model_inference_requests_total{provider!=""})',
    requests_per_minute: '60 * sum by (provider) (rate(model_inference_requests_total{provider!=""}[5m]))',
    p95_seconds:
      'histogram_quantile(0.95, sum by (provider, le) (rate(model_inference_duration_seconds_bucket{provider!=""}[5m])))',
    first_token_seconds:
      'sum by (provider) (rate(time_to_first_chunk_seconds_sum{provider!=""}[5m])) / (sum by (provider) (rate(time_to_first_chunk_seconds_count{provider!=""}[5m])) > 0)',
  },
  pairs: 'count(count by (model, provider) (model_inference_requests_total))',
  models: pairColumns,
  rankings: {
    requests: top(pairColumns.requests),
    tokens: top(pairColumns.tokens),
    credits: top(pairColumns.credits),
    p95: topOfBusy(pairColumns.p95),
    errors: topOfBusy(pairColumns.errors),
  },
};

/** Every text, for the catalogue to check and scope. */
export const consoleTexts: readonly string[] = [
  consoleQueries.pairs,
  ...Object.values(consoleQueries.providers),
  ...Object.values(consoleQueries.models),
  ...Object.values(consoleQueries.rankings),
];

/** The row whose samples are the columns of the providers, by the labels `provider` and `column`. */
export const providerColumnsRow = 'console.providers';
/** Rows of the snapshot that complete the providers, where the catalogue has them. */
export const providerStateRows = ['provider_error_rate', 'provider_availability', 'provider_response_time_seconds'];

/** The row, and the endpoint, of a ranking: samples by the labels `model`, `provider` and `column`. */
export function rankingRow(ranking: ModelColumn): string {
  return `console.models.${ranking}`;
}

/** Endpoint of the snapshots with everything that the console shows but the models. */
export const consoleEndpoint = 'console';

/** Rows by endpoint of the console; `has` tells which rows the catalogue has. */
export function consoleEndpoints(
  fields: readonly { readonly row: string }[],
  has: (row: string) => boolean,
): readonly (readonly [string, readonly string[]])[] {
  const rows = [...fields.map(({ row }) => row), providerColumnsRow, ...providerStateRows.filter(has)];
  return [
    [consoleEndpoint, [...new Set(rows)]],
    ...modelColumns.map((ranking) => [rankingRow(ranking), [rankingRow(ranking)]] as const),
  ];
}
