import { rankingRow } from '../catalogue/console-definition.js';
import { parseValue } from '../catalogue/derivations/number.js';
import type { Sample, Snapshot } from '../model.js';
import type { ModelRanking, ModelRow, ModelTable } from './console-document.js';

const columnNames: Readonly<Record<ModelRanking, keyof ModelRow>> = {
  requests: 'requests',
  tokens: 'tokens',
  credits: 'credits',
  p95: 'p95_seconds',
  errors: 'error_ratio',
};

/** The pairs of a ranking's snapshot, first by what it ranks. */
export function modelTable(ranking: ModelRanking, snapshot: Snapshot): ModelTable {
  const state = snapshot.rows.get(rankingRow(ranking));
  const pairs = new Map<string, Record<keyof ModelRow, string | number | null>>();
  let total: number | null = null;
  for (const { labels, value } of (state?.metrics ?? []) as readonly Sample[]) {
    const number = parseValue(value);
    if (labels['column'] === 'total') total = number;
    const name = columnNames[labels['column'] as ModelRanking];
    if (name === undefined) continue;
    const { model = '', provider = '' } = labels;
    const key = JSON.stringify([model, provider]);
    const row = pairs.get(key) ?? { ...emptyRow, model, provider };
    pairs.set(key, row);
    if (Number.isFinite(number)) row[name] = name === 'requests' || name === 'tokens' ? Math.round(number) : number;
  }
  const column = columnNames[ranking];
  const rows = [...pairs.values()] as unknown as ModelRow[];
  rows.sort((a, b) => Number(b[column] ?? 0) - Number(a[column] ?? 0));
  const { reason } = state ?? {};
  const stale = rows.length > 0 && reason !== undefined && state?.evaluationTime !== undefined;
  return {
    ranking,
    total,
    rows,
    ...(rows.length === 0 && { reason: reason ?? 'no inference requests in the last hour' }),
    ...(stale && { stale_seconds: Math.round((snapshot.madeAt - state.evaluationTime!) / 1000) }),
  };
}

const emptyRow: ModelRow = {
  model: '',
  provider: '',
  requests: null,
  error_ratio: null,
  tokens: null,
  credits: null,
  p95_seconds: null,
};
