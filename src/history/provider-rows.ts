import { type ConsoleDefinition, providerColumnsRow } from '../catalogue/console-definition.js';
import { parseValue } from '../catalogue/derivations/number.js';
import type { Sample, Snapshot } from '../model.js';
import type { ProviderRow, ProviderState } from './console-document.js';
import type { VerdictBounds } from './verdict.js';

type Columns = Partial<Record<string, number>>;

/** The providers of a snapshot, by name; in which state each is follows the same bounds as the counts of the summary. */
export function providerRows(
  { rows }: Snapshot,
  definition: ConsoleDefinition | undefined,
  bounds: VerdictBounds,
  since: (provider: string) => number | undefined,
): readonly ProviderRow[] {
  const providers = new Map<string, Columns>();
  const add = (provider: string | undefined, column: string, text: string): void => {
    if (provider === undefined || provider === '') return;
    const value = parseValue(text);
    const columns = providers.get(provider) ?? {};
    providers.set(provider, columns);
    if (Number.isFinite(value)) columns[column] = value;
  };
  const samplesOf = (row: string): readonly Sample[] => (rows.get(row)?.metrics ?? []) as readonly Sample[];
  for (const { labels, value } of samplesOf(providerColumnsRow)) add(labels['provider'], labels['column'] ?? '', value);
  for (const [column, source] of Object.entries(definition?.providers ?? {})) {
    if (!('row' in source)) continue;
    for (const { labels, value } of samplesOf(source.row)) add(labels['provider'], column, value);
  }
  return [...providers]
    .map(([name, columns]) => ({
      name,
      state: stateOf(columns, bounds),
      since: since(name) ?? null,
      error_ratio: columns['error_ratio'] ?? null,
      requests_per_minute: columns['requests_per_minute'] ?? null,
      mean_seconds: columns['mean_seconds'] ?? null,
      p95_seconds: columns['p95_seconds'] ?? null,
      first_token_seconds: columns['first_token_seconds'] ?? null,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function stateOf(columns: Columns, { degradedFrom, downAbove }: VerdictBounds): ProviderState {
  const { available, error_ratio: errors } = columns;
  const severity = available === 0 ? 1 : (errors ?? (available === undefined ? undefined : 0));
  if (severity === undefined) return 'idle';
  if (severity < degradedFrom) return 'healthy';
  return severity > downAbove ? 'down' : 'degraded';
}
