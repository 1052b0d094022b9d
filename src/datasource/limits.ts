import type { z } from 'zod';
import { problemsError } from '../errors.js';
import { duration, integer, size } from '../settings/schemas.js';
import { showValue } from '../settings/show-value.js';

/** Every limit: how it is given, and what it is unless given. The defaults are Prometheus's own where it has one. */
const table = {
  /** Bytes of PromQL in one call, `query` and `match[]` together. All parameters, encoded, may take four times that. */
  querySize: { schema: size(), default: '16KiB' },
  /** Steps of a range query. */
  points: { schema: integer({ min: 1, max: 1_000_000 }), default: 11_000 },
  /** Longest range of a range query. */
  range: { schema: duration({ max: '100y' }), default: '366d' },
  /** Bytes of one answer, as it is sent. */
  answerSize: { schema: size(), default: '64MiB' },
  /** From sending a call upstream to the last byte of its answer; also how long one may wait for its turn. */
  timeout: { schema: duration({ max: '1h' }), default: '2m' },
  /** Calls upstream at once. */
  concurrency: { schema: integer({ min: 1, max: 1000 }), default: 20 },
  /** Calls that may wait for their turn. */
  queue: { schema: integer({ min: 0, max: 100_000 }), default: 500 },
  /** Calls of one reader in a minute, by name or else by address: it keeps a loop from taking the host's time. */
  rate: { schema: integer({ min: 1, max: 10_000_000 }), default: 30_000 },
  /** How long an answer that may be kept is given again. */
  cacheFor: { schema: duration({ max: '1m', zero: true }), default: '3s' },
  /** Bytes that kept answers may take in all. */
  cacheSize: { schema: size(), default: '16MiB' },
} as const satisfies Record<string, { schema: z.ZodType; default: string | number }>;

type Name = keyof typeof table;

/** Limits as callers give them: durations and sizes as in settings. */
export type DatasourceLimitOptions = { readonly [N in Name]?: z.input<(typeof table)[N]['schema']> | undefined };

/** Durations in milliseconds, sizes in bytes. */
export type DatasourceLimits = { readonly [N in Name]: number };

/** @throws GatewayzMetricsError `settings_invalid` with every fault: the name, what was expected and what came. */
export function readLimits(options: DatasourceLimitOptions = {}): DatasourceLimits {
  const faults = Object.keys(options)
    .filter((name) => !Object.hasOwn(table, name))
    .map((name) => `${name}: there is no such limit; there are ${Object.keys(table).join(', ')}`);
  const values: Record<string, number> = {};
  for (const [name, { schema, default: usual }] of Object.entries(table)) {
    const value: unknown = options[name as Name] ?? usual;
    const read = schema.safeParse(value);
    if (read.success) values[name] = read.data;
    else faults.push(`${name}: expected ${read.error.issues[0]?.message}, got ${showValue(value, false)}`);
  }
  if (faults.length > 0)
    throw problemsError('settings_invalid', 'The limits of the datasource cannot be used:', faults);
  return values as DatasourceLimits;
}
