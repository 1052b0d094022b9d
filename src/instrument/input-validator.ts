import type { Instruments } from './instruments.js';

/** Maximum number of values of a label, per call; further values become `other`. */
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

const maxLabelLength = 200;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Validates values from the host without throwing. A rejected value becomes `undefined` and is counted in
 * `gatewayz_instrument_rejected_total{reason="<call>.<field>"}`; a label value over the limit becomes `other` and is counted
 * in `gatewayz_instrument_folded_total{label}`.
 */
export interface InputValidator {
  reject(reason: string): void;
  /** A non-empty string. */
  label(call: string, label: LimitedLabel, value: unknown): string | undefined;
  /** A non-empty string; the limit is on provider-model pairs. */
  model(call: string, provider: string, value: unknown): string | undefined;
  /** Wraps `action`: an exception is swallowed and counted under `call`. */
  guard<Arguments extends unknown[]>(
    call: string,
    action: (...values: Arguments) => void,
  ): (...values: Arguments) => void;
  /** A number from 0 to `max`; default: the largest safe integer, so that sums stay finite. */
  amount(call: string, field: string, value: unknown, max?: number): number | undefined;
}

export function createInputValidator(
  counters: Pick<Instruments, 'rejected' | 'folded'>,
  maxPairs: number,
): InputValidator {
  const known = new Map<string, Set<string>>();

  function reject(reason: string): undefined {
    counters.rejected.inc({ reason });
  }

  /** Limits are per call, so that one call over its limit does not affect the labels of another. */
  function fold(call: string, label: string, value: string, key: string, limit: number): string {
    let keys = known.get(`${call}.${label}`);
    if (keys === undefined) {
      keys = new Set();
      known.set(`${call}.${label}`, keys);
    }
    if (keys.has(key)) return value;
    if (keys.size < limit && value.length <= maxLabelLength && !loneSurrogate.test(value)) {
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
