/** What only the console queries, beside the rows of the catalogue. PromQL is bare, as in the rest of a definition. */
export interface ConsoleDefinition {
  /** By column: text with one series per `provider`, or the id of a row of the catalogue that has them. */
  readonly providers: Readonly<Partial<Record<ProviderColumn, ColumnSource>>>;
  readonly models: {
    /** Number of pairs of model and provider that have series. */
    readonly pairs: string;
    /** By column: text with one series per `model` and `provider`, over the last hour. */
    readonly columns: Readonly<Record<ModelColumn, string>>;
    /** By column: text with the first pairs, selected by Prometheus. */
    readonly rankings: Readonly<Record<ModelColumn, string>>;
  };
}

/** Durations are seconds, `available` is 1 or 0, the ratio 0 to 1. */
export const providerColumns = [
  'available',
  'error_ratio',
  'requests_per_minute',
  'mean_seconds',
  'p95_seconds',
  'first_token_seconds',
] as const;
export type ProviderColumn = (typeof providerColumns)[number];
export type ColumnSource = { readonly promql: string } | { readonly row: string };

export const modelColumns = ['requests', 'tokens', 'credits', 'p95', 'errors'] as const;
export type ModelColumn = (typeof modelColumns)[number];

/** Pairs that a ranking shows. */
const shownPairs = 100;
/** Requests in the hour below which a share of errors or a quantile says nothing. */
const fewestRequests = 20;

/** The rankings of columns: percentiles and errors only of pairs with enough requests. */
export function rankingsOf(columns: ConsoleDefinition['models']['columns']): ConsoleDefinition['models']['rankings'] {
  const top = (text: string): string => `topk(${shownPairs}, ${text} > 0)`;
  const topOfBusy = (text: string): string => top(`((${text}) and ${columns.requests} >= ${fewestRequests})`);
  return {
    requests: top(columns.requests),
    tokens: top(columns.tokens),
    credits: top(columns.credits),
    p95: topOfBusy(columns.p95),
    errors: topOfBusy(columns.errors),
  };
}

/** Every text of a definition, to be checked and scoped. */
export function consoleTexts(definition: ConsoleDefinition | undefined): readonly string[] {
  if (!definition) return [];
  const { pairs, columns, rankings } = definition.models;
  return [
    ...Object.values(definition.providers).flatMap((source) => ('promql' in source ? source.promql : [])),
    pairs,
    ...Object.values(columns),
    ...Object.values(rankings),
  ];
}

/** Endpoint of the snapshots with everything that the console shows but the models. */
export const consoleEndpoint = 'console';

/** The row whose samples are the queried columns of the providers, by the labels `provider` and `column`. */
export const providerColumnsRow = 'console.providers';

/** The row, and the endpoint, of a ranking: samples by the labels `model`, `provider` and `column`. */
export function rankingRow(ranking: ModelColumn): string {
  return `console.models.${ranking}`;
}

/** Rows by endpoint of the console. */
export function consoleEndpoints(
  definition: ConsoleDefinition | undefined,
  fields: readonly { readonly row: string }[],
): readonly (readonly [string, readonly string[]])[] {
  const rows = fields.map(({ row }) => row);
  if (!definition) return [[consoleEndpoint, [...new Set(rows)]]];
  const own = Object.values(definition.providers).flatMap((source) => ('row' in source ? source.row : []));
  return [
    [consoleEndpoint, [...new Set([...rows, providerColumnsRow, ...own])]],
    ...modelColumns.map((ranking) => [rankingRow(ranking), [rankingRow(ranking)]] as const),
  ];
}
