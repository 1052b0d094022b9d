import { z } from 'zod';
import type { SummaryField } from '../../../catalogue/definition.js';

/** Schema of `/summary`; `SummaryDocument` describes it. */
const summary = z.strictObject({
  timestamp: z.iso.datetime({ precision: 3 }),
  status: z.enum(['ok', 'partial', 'stale', 'waiting']),
  age_seconds: z.number().nonnegative(),
  metrics: z.record(z.string(), z.record(z.string(), z.string())),
  missing: z.record(z.string(), z.string()),
  reasons: z.record(z.string(), z.strictObject({ code: z.string(), metrics: z.array(z.string()) })),
  stale: z.record(z.string(), z.number().nonnegative()),
  fields: z.strictObject({ available: z.number(), total: z.number() }).optional(),
  hint: z.string().optional(),
});

export type Summary = z.infer<typeof summary>;

/** The summary, or its problems. */
export function readSummary(
  body: string,
  fields: readonly Pick<SummaryField, 'section' | 'field'>[],
): Summary | { readonly problems: readonly string[] } {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return { problems: ['it is not JSON'] };
  }
  const read = summary.safeParse(document);
  if (!read.success) {
    return {
      problems: read.error.issues.map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`),
    };
  }
  const problems = problemsOf(read.data, fields);
  return problems.length > 0 ? { problems } : read.data;
}

function problemsOf(
  { metrics, missing, reasons, stale }: Summary,
  fields: readonly Pick<SummaryField, 'section' | 'field'>[],
): string[] {
  const healthService = 'health' in metrics;
  const expected = fields
    .filter(({ section }) => healthService || section !== 'health')
    .map(({ section, field }) => `${section}.${field}`);
  const values = new Map(
    Object.entries(metrics).flatMap(([section, ofSection]) =>
      Object.entries(ofSection).map(([field, value]): [string, string] => [`${section}.${field}`, value]),
    ),
  );
  return [
    ...expected.filter((name) => !values.has(name)).map((name) => `${name} is not there`),
    ...[...values.keys()].filter((name) => !expected.includes(name)).map((name) => `${name} is no field`),
    ...[...values].flatMap(([name, value]) => {
      if ((value === 'N/A') !== name in missing) return [`${name} is ${value}, and missing does not agree`];
      if ((value === 'N/A') !== name in reasons) return [`${name} is ${value}, and reasons does not agree`];
      return value === 'N/A' || (value.trim() !== '' && Number.isFinite(Number(value))) ? [] : [`${name} is ${value}`];
    }),
    ...Object.keys(stale)
      .filter((name) => !values.has(name))
      .map((name) => `stale names ${name}, which is no field`),
  ];
}
