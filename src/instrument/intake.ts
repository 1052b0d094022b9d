import type { Instruments } from './instruments.js';

/** How many different values a label may have, per call; later ones become `other`. */
const labelLimits = {
  path: 1_000,
  provider: 500,
  status: 20,
  table: 500,
  operation: 20,
  cache_name: 200,
  exception_type: 200,
  plan_type: 100,
  billing_cycle: 20,
} as const;

export type LimitedLabel = keyof typeof labelLimits;

const longestLabel = 200;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Where values from outside become usable or are refused: nothing here throws. A refused value is `undefined` and counts
 * in `gatewayz_instrument_rejected_total{reason="<call>.<field>"}`; a folded label is `other` and counts in
 * `gatewayz_instrument_folded_total{label}`.
 */
export interface Intake {
  reject(reason: string): void;
  /** A non-empty string. */
  label(call: string, label: LimitedLabel, value: unknown): string | undefined;
  /** A non-empty string; the limit is on pairs with the provider. */
  model(call: string, provider: string, value: unknown): string | undefined;
  /** `action`, but what it throws counts under `call` and goes no further. */
  guard<Arguments extends unknown[]>(
    call: string,
    action: (...values: Arguments) => void,
  ): (...values: Arguments) => void;
  /** A number from 0 to `max`, which is the largest safe integer unless told: sums stay finite. */
  amount(call: string, field: string, value: unknown, max?: number): number | undefined;
}

export function createIntake(counters: Pick<Instruments, 'rejected' | 'folded'>, maxPairs: number): Intake {
  const known = new Map<string, Set<string>>();

  function reject(reason: string): undefined {
    counters.rejected.inc({ reason });
  }

  /** Each call has limits of its own, so that one that overflows cannot spoil the labels of another. */
  function fold(call: string, label: string, value: string, key: string, limit: number): string {
    let keys = known.get(`${call}.${label}`);
    if (keys === undefined) {
      keys = new Set();
      known.set(`${call}.${label}`, keys);
    }
    if (keys.has(key)) return value;
    if (keys.size < limit && value.length <= longestLabel && !loneSurrogate.test(value)) {
      keys.add(key);
      return value;
    }
    counters.folded.inc({ label });
    return 'other';
  }

  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

  return {
    reject,
    guard:
      (call, action) =>
      (...values) => {
        try {
          action(...values);
        } catch {
          reject(call);
        }
      },
    label: (call, label, value) =>
      isText(value) ? fold(call, label, value, value, labelLimits[label]) : reject(`${call}.${label}`),
    model: (call, provider, value) =>
      isText(value) ? fold(call, 'model', value, JSON.stringify([provider, value]), maxPairs) : reject(`${call}.model`),
    amount: (call, field, value, max = Number.MAX_SAFE_INTEGER) =>
      typeof value === 'number' && value >= 0 && value <= max ? value : reject(`${call}.${field}`),
  };
}
