import type { Catalogue } from '../catalogue/compile.js';
import type { SummaryField } from '../catalogue/definition.js';
import { parseValue } from '../catalogue/derivations/number.js';
import type { ErrorCode } from '../errors.js';
import type { Cause, RowState, Sample, Snapshot } from '../model.js';

/** Milliseconds after a field's last value in which its absence makes the status `partial`. */
const partialWindow = 3_600_000;

/** Sections of the standard fields. Others are not counted. */
const countedSections = new Set(['http', 'models', 'providers', 'database', 'business']);

/** Seconds of clock skew from which it is mentioned: more than a scrape interval of data would be missing. */
const notableSkew = 30;

type Value = string | number | null;

/** Body of `/summary`. Ages in seconds. */
export interface SummaryDocument {
  readonly timestamp: string;
  /** `waiting`: Prometheus responds, and no field has ever had a value. */
  readonly status: 'ok' | 'partial' | 'waiting' | 'stale';
  readonly age_seconds: number;
  /** What an operator can do. */
  readonly hint?: string;
  /** Standard fields with a value, of those that the presets in use can fill. */
  readonly fields: { readonly available: number; readonly total: number };
  readonly metrics: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  /** By `section.field`: why the value is missing. */
  readonly missing: Readonly<Record<string, string>>;
  /** The same for programs. */
  readonly reasons: Readonly<Record<string, Cause>>;
  /** By `section.field`: age of a last good value. */
  readonly stale: Readonly<Record<string, number>>;
}

/** JSON body of an endpoint without any value recent enough to show. */
export interface UnavailableDocument {
  readonly timestamp: string;
  readonly status: 'unavailable';
  readonly error: { readonly code: ErrorCode; readonly message: string };
}

/** @param values `string`: text as Prometheus gives it, `"N/A"` if missing; `number`: JSON numbers, `null` if missing */
export function summaryDocument(
  snapshot: Snapshot,
  catalogue: Catalogue,
  values: 'string' | 'number',
): SummaryDocument | UnavailableDocument {
  if (snapshot.status === 'unavailable') {
    return unavailableDocument(snapshot.madeAt, snapshot.failure ?? 'no data source has responded recently');
  }
  const metrics: Record<string, Record<string, Value>> = {};
  const missing: Record<string, string> = {};
  const reasons: Record<string, Cause> = {};
  const stale: Record<string, number> = {};
  const fields = { available: 0, total: 0 };
  let partial = false;
  let everHadValue = false;
  for (const field of catalogue.fields) {
    const name = `${field.section}.${field.field}`;
    const state = snapshot.rows.get(field.row);
    const text = (state?.metrics[0] as Sample | undefined)?.value;
    const number = text === undefined ? Number.NaN : parseValue(text);
    const usable = Number.isFinite(number);
    metrics[field.section] ??= {};
    metrics[field.section]![field.field] = usable
      ? values === 'number'
        ? number
        : text!
      : values === 'number'
        ? null
        : 'N/A';
    if (!usable) {
      missing[name] = state?.reason ?? reasonWithoutValue(field, catalogue, text);
      reasons[name] = state?.cause ?? {
        code: 'not_finite',
        metrics: catalogue.rows.get(field.row)?.metrics ?? [field.row],
      };
    } else if (state?.reason !== undefined) stale[name] = seconds(snapshot.madeAt - state.evaluationTime!);
    if (countedSections.has(field.section)) {
      fields.total += 1;
      if (usable) fields.available += 1;
    }
    everHadValue ||= field.section !== 'health' && state?.valuedAt !== undefined;
    partial ||= !(usable && state?.reason === undefined) && hadValueRecently(state, snapshot.madeAt);
  }
  for (const { section, field, gateway } of catalogue.notExported) {
    metrics[section] ??= {};
    metrics[section]![field] = values === 'number' ? null : 'N/A';
    missing[`${section}.${field}`] = `not exported by ${gateway}`;
    reasons[`${section}.${field}`] = { code: 'not_exported', metrics: [] };
  }
  const status = snapshot.status === 'stale' ? 'stale' : !everHadValue ? 'waiting' : partial ? 'partial' : 'ok';
  const hint = clockHint(snapshot.clockSkewSeconds) ?? (status === 'waiting' ? snapshot.hint : undefined);
  const timestamp = new Date(snapshot.evaluationTime).toISOString();
  return {
    timestamp,
    status,
    age_seconds: seconds(snapshot.madeAt - snapshot.evaluationTime),
    ...(hint !== undefined && { hint }),
    fields,
    metrics,
    missing,
    reasons,
    stale,
  };
}

export function unavailableDocument(now: number, message: string): UnavailableDocument {
  return { timestamp: new Date(now).toISOString(), status: 'unavailable', error: { code: 'unavailable', message } };
}

function clockHint(skew: number | undefined): string | undefined {
  if (skew === undefined || Math.abs(skew) < notableSkew) return undefined;
  const direction = skew > 0 ? 'behind' : 'ahead of';
  return `The clock of this service is ${Math.abs(Math.round(skew))} s ${direction} that of Prometheus: synchronize the clocks.`;
}

function hadValueRecently(state: RowState | undefined, now: number): boolean {
  return state?.valuedAt !== undefined && now - state.valuedAt <= partialWindow;
}

function reasonWithoutValue(field: SummaryField, catalogue: Catalogue, text: string | undefined): string {
  const metrics = catalogue.rows.get(field.row)?.metrics.join(', ') ?? field.row;
  return text === undefined ? `no value of ${metrics}` : `the value computed from ${metrics} is ${text}`;
}

/** Milliseconds as seconds with one decimal; negative ages, after a clock change, become 0. */
function seconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds / 100) / 10);
}
