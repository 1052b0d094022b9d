import type { Catalogue } from '../catalogue/compile.js';
import { providerColumnsRow } from '../catalogue/console-definition.js';
import { degradedErrorRate, downErrorRate } from '../catalogue/thresholds.js';
import type { Snapshot } from '../model.js';
import { summaryDocument } from '../render/summary.js';
import type { ConsoleDocument, ConsoleUnavailable, ModelRanking } from './console-document.js';
import { describeSections, isTotal } from './describe-fields.js';
import type { HistoryRing } from './history-ring.js';
import { modelTable } from './model-table.js';
import { providerRows } from './provider-rows.js';
import { type VerdictBounds, verdictOf } from './verdict.js';

export interface DocumentInput {
  readonly snapshot: Snapshot;
  /** The models, where the page shows them. */
  readonly models: { readonly ranking: ModelRanking; readonly snapshot: Snapshot } | undefined;
  readonly catalogue: Catalogue;
  readonly ring: HistoryRing;
  /** Epoch milliseconds: what the page has already; undefined for its first request. */
  readonly since: number | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly build: string;
}

const bounds: VerdictBounds = { degradedFrom: degradedErrorRate, downAbove: downErrorRate };
/** Columns of a response: as many as a sparkline can show. */
const columns = 120;

/** Adds the snapshot's own values to the ring, once per evaluation. */
export function record(snapshot: Snapshot, catalogue: Catalogue, ring: HistoryRing): void {
  const summary = summaryDocument(snapshot, catalogue, 'number');
  if (summary.status === 'unavailable' || snapshot.status !== 'ok') return;
  const values = Object.fromEntries(
    flatValues(summary.metrics).filter(([id, value]) => value !== null && !(id in summary.stale)),
  ) as Record<string, number>;
  const providers = isFresh(snapshot, providerColumnsRow)
    ? providerRows(snapshot, catalogue.console, bounds, () => undefined)
    : [];
  ring.add({
    timestamp: snapshot.evaluationTime,
    values,
    states: Object.fromEntries(providers.map(({ name, state }) => [name, state])),
  });
}

/** Everything on the page, from one snapshot. */
export function composeDocument(input: DocumentInput): ConsoleDocument | ConsoleUnavailable {
  const { snapshot, models, catalogue, ring, since, now, build } = input;
  const summary = summaryDocument(snapshot, catalogue, 'number');
  if (summary.status === 'unavailable') return { build, status: 'unavailable', error: summary.error };
  const values = Object.fromEntries(flatValues(summary.metrics));
  const providers = providerRows(snapshot, catalogue.console, bounds, (name) => ring.stateSince(name));
  const ageSeconds = Math.max(0, now - snapshot.evaluationTime) / 1000;
  const lost = catalogue.fields.filter(({ section, field, row }) => {
    const valuedAt = snapshot.rows.get(row)?.valuedAt;
    const id = `${section}.${field}`;
    return valuedAt !== undefined && now - valuedAt < 3_600_000 && (id in summary.missing || id in summary.stale);
  }).length;
  const errorPercent = values['http.error_rate'] ?? null;
  const verdict = verdictOf(
    {
      status: summary.status,
      ageSeconds,
      failure: snapshot.failure,
      providers,
      errorRatio: errorPercent === null ? null : errorPercent / 100,
      requestsPerMinute: values['http.request_rate_per_minute'] ?? null,
      lost,
      healthServiceUp: 'health.service_up' in values ? values['health.service_up'] === 1 : undefined,
    },
    bounds,
  );
  const reason =
    providers.length === 0 || !isFresh(snapshot, providerColumnsRow) ? providersReason(snapshot) : undefined;
  const hint = 'hint' in summary && typeof summary.hint === 'string' ? summary.hint : undefined;
  return {
    build,
    status: summary.status,
    timestamp: snapshot.evaluationTime,
    age_seconds: Number(ageSeconds.toFixed(1)),
    stale_limit_seconds: Math.max(0, snapshot.expires - snapshot.evaluationTime) / 1000,
    verdict,
    ...(hint !== undefined && { hint }),
    ...(since === undefined && { sections: describeSections(catalogue) }),
    values,
    missing: summary.missing,
    stale: summary.stale,
    hour_before: hoursBefore(catalogue, ring, snapshot.evaluationTime),
    history: ring.columns(since ?? Number.NEGATIVE_INFINITY, columns),
    providers,
    ...(reason !== undefined && { providers_reason: reason }),
    ...(models && { models: modelTable(models.ranking, models.snapshot) }),
  };
}

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function flatValues(sections: Sections): readonly (readonly [string, number | null])[] {
  return Object.entries(sections).flatMap(([section, fields]) =>
    Object.entries(fields).map(
      ([field, value]) => [`${section}.${field}`, typeof value === 'number' ? value : null] as const,
    ),
  );
}

function hoursBefore(catalogue: Catalogue, ring: HistoryRing, timestamp: number): Record<string, number> {
  const fields = catalogue.fields.filter((field) => !isTotal(field, catalogue));
  return Object.fromEntries(
    fields.flatMap(({ section, field }) => {
      const id = `${section}.${field}`;
      const value = ring.hourBefore(id, timestamp);
      return value === undefined ? [] : [[id, value]];
    }),
  );
}

function isFresh(snapshot: Snapshot, row: string): boolean {
  const state = snapshot.rows.get(row);
  return state !== undefined && state.reason === undefined && state.metrics.length > 0;
}

function providersReason({ rows }: Snapshot): string | undefined {
  return rows.get(providerColumnsRow)?.reason;
}
