import type { z } from 'zod';
import { problemsError } from '../errors.js';
import { duration, integer, size } from '../settings/schemas.js';
import { showValue } from '../settings/show-value.js';

/** Schema and default of every limit. The deproblems are Prometheus's own where it has one. */
const table = {
  /** Bytes of PromQL in one request, `query` and `match[]` together. All parameters, encoded, may take four times that. */
  querySize: { schema: size(), default: '16KiB' },
  /** Steps of a range query. */
  points: { schema: integer({ min: 1, max: 1_000_000 }), default: 11_000 },
  /** Longest range of a range query. */
  range: { schema: duration({ max: '100y' }), default: '366d' },
  /** Bytes of one response, as it is sent. */
  answerSize: { schema: size(), default: '64MiB' },
  /** From the upstream request to the last byte of its response; also the longest wait for a slot. */
  timeout: { schema: duration({ max: '1h' }), default: '2m' },
  /** Concurrent upstream requests. */
  concurrency: { schema: integer({ min: 1, max: 1000 }), default: 20 },
  /** Requests that may wait for a slot. */
  queue: { schema: integer({ min: 0, max: 100_000 }), default: 500 },
  /** Requests of one reader per minute, by name or else by address: stops request loops. */
  rate: { schema: integer({ min: 1, max: 10_000_000 }), default: 30_000 },
  /** How long a cacheable response is cached. */
  cacheFor: { schema: duration({ max: '1m', zero: true }), default: '3s' },
  /** Bytes of the response cache. */
  cacheSize: { schema: size(), default: '16MiB' },
} as const satisfies Record<string, { schema: z.ZodType; default: string | number }>;

type Name = keyof typeof table;

/** Limits as callers pass them: durations and sizes as in settings. */
export type DatasourceLimitOptions = { readonly [N in Name]?: z.input<(typeof table)[N]['schema']> | undefined };

/** Durations in milliseconds, sizes in bytes. */
export type DatasourceLimits = { readonly [N in Name]: number };

/** @throws {GatewayzMetricsError} settings_invalid, listing every problem: name, expected and actual value */
export function readLimits(options: DatasourceLimitOptions = {}): DatasourceLimits {
  const problems = Object.keys(options)
    .filter((name) => !Object.hasOwn(table, name))
    .map((name) => `${name}: unknown limit; the limits are ${Object.keys(table).join(', ')}`);
  const values: Record<string, number> = {};
  for (const [name, { schema, default: usual }] of Object.entries(table)) {
    const value: unknown = options[name as Name] ?? usual;
    const read = schema.safeParse(value);
    if (read.success) values[name] = read.data;
    else problems.push(`${name}: expected ${read.error.issues[0]?.message}, got ${showValue(value, false)}`);
  }
  if (problems.length > 0) throw problemsError('settings_invalid', 'Invalid datasource limits:', problems);
  return values as DatasourceLimits;
}
