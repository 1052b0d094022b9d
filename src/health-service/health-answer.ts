import { z } from 'zod';
import type { Sample } from '../model.js';
import { type HealthEndpoint, type HealthFamily, healthFamilies } from '../presets/gatewayz/health-families.js';

/** The value of one family in one answer. */
export interface Reading {
  readonly metrics: readonly Sample[];
  /** Label sets that were left out. */
  readonly dropped: number;
}

/** What one answer of one endpoint comes to, by family name. */
export interface HealthAnswer {
  /** Set when this is no good answer, and why: `HTTP 503`. */
  readonly fault?: string;
  /** A failed answer may still hold some. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** For each family that a good answer does not hold: `without total_models`. */
  readonly gaps: ReadonlyMap<string, string>;
}

const maxLabels = 50;
/** Entries that are looked at: a hostile megabyte of them would hold up the event loop for half a second. */
const maxEntries = 1000;
const maxLabelLength = 100;
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Numbers in quotes count: some backends write decimals so. */
const amount = z
  .union([z.number(), z.string().trim().regex(decimal).transform(Number)])
  .pipe(z.number().nonnegative())
  .transform((value) => String(value));
const flag = z.boolean().transform((value) => (value ? '1' : '0'));

/** Tells an endpoint's good answer where it holds none of the families: any `/health`, and `/metrics` of a simple monitor. */
const witnesses: Partial<Record<HealthEndpoint, z.ZodType>> = {
  '/health': z.object({ status: z.string().min(1) }),
  '/metrics': z.object({ monitoring_active: z.boolean() }),
};

export function failedAnswer(fault: string): HealthAnswer {
  return { fault, readings: new Map(), gaps: new Map() };
}

/**
 * Reads the body that an endpoint sent with an HTTP status. A good answer is a 200 with a JSON object that holds
 * something expected and does not speak of an error. Fields stand for themselves: one that is missing, null or of the
 * wrong type is a gap, and the others count. Of a 503, with which `/status` says that no monitor runs, the booleans count.
 */
export function readHealthAnswer(endpoint: HealthEndpoint, status: number, text: string): HealthAnswer {
  const body = parseObject(text);
  if (status === 503 && body !== undefined) {
    const { readings } = readFields(endpoint, body, (family) => family.source.kind === 'boolean');
    return { fault: 'HTTP 503', readings, gaps: new Map() };
  }
  if (status !== 200) return failedAnswer(`HTTP ${status}`);
  if (body === undefined) return failedAnswer('HTTP 200 with a body that is not a JSON object');
  if (speaksOfError(body)) return failedAnswer('HTTP 200 with an error as its body');
  const answer = readFields(endpoint, body, () => true);
  const good = answer.readings.size > 0 || witnesses[endpoint]?.safeParse(body).success === true;
  return good ? answer : failedAnswer('HTTP 200 with none of the expected fields');
}

type Body = Readonly<Record<string, unknown>>;

function parseObject(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Read by own, known keys only; never merged or copied, so that a `__proto__` in it stays a key like any other. */
function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function speaksOfError(body: Body): boolean {
  return Boolean(body['error']) || body['status'] === 'error';
}

function readFields(endpoint: HealthEndpoint, body: Body, wanted: (family: HealthFamily) => boolean): HealthAnswer {
  const readings = new Map<string, Reading>();
  const gaps = new Map<string, string>();
  for (const family of healthFamilies) {
    if (!('endpoint' in family.source) || family.source.endpoint !== endpoint || !wanted(family)) continue;
    const reading = readField(family, body);
    if (typeof reading === 'string') gaps.set(family.name, reading);
    else if (reading !== undefined) readings.set(family.name, reading);
  }
  return { readings, gaps };
}

/** A reading; or how the field is lacking; or undefined for a family that is not read from a field. */
function readField({ source, labels: [label = ''] }: HealthFamily, body: Body): Reading | string | undefined {
  switch (source.kind) {
    case 'number':
    case 'boolean': {
      const value = (source.kind === 'number' ? amount : flag).safeParse(body[source.field]).data;
      if (value !== undefined) return { metrics: [{ labels: {}, value }], dropped: 0 };
      return gap(body, source.field, source.kind === 'number' ? 'a number ≥ 0' : 'true or false');
    }
    case 'counts': {
      const counts = body[source.field];
      return isObject(counts)
        ? readCounts(label, Object.entries(counts))
        : gap(body, source.field, 'an object of numbers');
    }
    case 'flags': {
      const metrics = Object.entries(source.fields).flatMap(([type, field]) => {
        const value = flag.safeParse(body[field]).data;
        return value === undefined ? [] : [{ labels: { [label]: type }, value }];
      });
      return metrics.length > 0 ? { metrics, dropped: 0 } : `without ${Object.values(source.fields).join(', ')}`;
    }
    default:
      return undefined;
  }
}

/** The labels come from outside: no more than `maxLabels` of them, largest count first, and none that text cannot carry. */
function readCounts(label: string, entries: readonly (readonly [string, unknown])[]): Reading {
  const samples = entries.slice(0, maxEntries).flatMap(([key, count]) => {
    const value = amount.safeParse(count).data;
    return value === undefined ? [] : [{ labels: { [label]: key }, value, key }];
  });
  const metrics = samples
    .filter(({ key }) => key !== '' && key.length <= maxLabelLength && !/\p{Surrogate}/u.test(key))
    .sort((a, b) => Number(b.value) - Number(a.value) || (a.key < b.key ? -1 : 1))
    .slice(0, maxLabels)
    .map(({ labels, value }) => ({ labels, value }));
  return { metrics, dropped: samples.length - metrics.length + Math.max(0, entries.length - maxEntries) };
}

function gap(body: Body, field: string, expected: string): string {
  return body[field] == null ? `without ${field}` : `with a ${field} that is not ${expected}`;
}
