import type { Catalogue } from '../catalogue/compile.js';
import { type ModelColumn, modelColumns, providerColumnsRow, rankingRow } from '../catalogue/console-definition.js';
import { scalarOf } from '../catalogue/derivations/vector.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Collection, Collector, Outcome, Sample, Vector } from '../model.js';
import type { PrometheusClient } from '../prometheus/prometheus-client.js';
import { anyOf } from '../promql/any-of.js';
import { withMatchers } from '../promql/query.js';

type Query = (promql: string) => Promise<Vector>;

const rankingRows = new Map(modelColumns.map((column) => [rankingRow(column), column]));

/** Queries what only the console shows: columns of the providers, and rankings of the models. */
export function createConsoleCollector(client: PrometheusClient, catalogue: Catalogue): Collector {
  async function collect(evaluationTime: number, rows: readonly string[], signal: AbortSignal): Promise<Collection> {
    let querySeconds = 0;
    let succeeded = 0;
    let failure: Collection['failure'];
    const durations = new Map<string, number>();
    const outcomeOf = async (row: string): Promise<Outcome> => {
      const query: Query = async (promql) => {
        const { vector, seconds } = await client.query(promql, evaluationTime, signal);
        querySeconds += seconds;
        durations.set(row, (durations.get(row) ?? 0) + seconds);
        return vector;
      };
      try {
        const ranking = rankingRows.get(row);
        const metrics = await (ranking === undefined
          ? providerColumns(query, catalogue)
          : rankedPairs(ranking, query, catalogue));
        succeeded += 1;
        if (metrics.length > 0) return { state: 'present', metrics };
        return {
          state: 'missing',
          reason: 'no inference requests in the last hour',
          cause: { code: 'idle', metrics: [] },
        };
      } catch (error) {
        if (!(error instanceof GatewayzMetricsError)) throw error;
        const { code, message: reason, retryAfter } = error;
        failure = { code, reason, ...(retryAfter !== undefined && { retryAfter }) };
        return { state: 'failed', reason };
      }
    };
    const outcomes = new Map(await Promise.all(rows.map(async (row) => [row, await outcomeOf(row)] as const)));
    return {
      outcomes,
      durations,
      querySeconds,
      seriesOverLimit: new Map(),
      ...(failure && succeeded === 0 && { failure }),
    };
  }
  return { name: 'console', has: (row) => row === providerColumnsRow || rankingRows.has(row), collect };
}

async function providerColumns(query: Query, catalogue: Catalogue): Promise<readonly Sample[]> {
  const columns = Object.entries(catalogue.console?.providers ?? {});
  const found = await Promise.all(
    columns.map(async ([column, source]) =>
      'promql' in source ? inColumn(await query(catalogue.scoped(source.promql)), column) : [],
    ),
  );
  return found.flat();
}

/** Prometheus chooses the pairs; the other columns are queried for their models and providers only. */
async function rankedPairs(ranking: ModelColumn, query: Query, catalogue: Catalogue): Promise<readonly Sample[]> {
  if (!catalogue.console) return [];
  const { pairs, columns, rankings } = catalogue.console.models;
  const chosen = await query(catalogue.scoped(rankings[ranking]));
  if (chosen.length === 0) return [];
  const valuesOf = (label: string): string => anyOf([...new Set(chosen.map(({ labels }) => labels[label] ?? ''))]);
  const matchers = [
    { label: 'model', op: '=~', value: valuesOf('model') },
    { label: 'provider', op: '=~', value: valuesOf('provider') },
  ] as const;
  const isChosen = pairTest(chosen);
  const others = await Promise.all(
    modelColumns
      .filter((column) => column !== ranking)
      .map(async (column) => {
        const text = withMatchers(catalogue.query(columns[column]), matchers);
        return inColumn((await query(text)).filter(isChosen), column);
      }),
  );
  const total = scalarOf(await query(catalogue.scoped(pairs)));
  const counted = total === undefined ? [] : [{ labels: { column: 'total' }, value: String(total) }];
  return [...inColumn(chosen, ranking), ...others.flat(), ...counted];
}

function pairTest(chosen: Vector): (sample: Sample) => boolean {
  const keyOf = ({ labels }: Sample): string => JSON.stringify([labels['model'], labels['provider']]);
  const keys = new Set(chosen.map(keyOf));
  return (sample) => keys.has(keyOf(sample));
}

function inColumn(vector: Vector, column: string): readonly Sample[] {
  return vector.map(({ labels, value }) => ({ labels: { ...labels, column }, value }));
}
