import type { Catalogue } from '../catalogue/compile.js';
import type { SummaryField } from '../catalogue/definition.js';
import type { SectionDescription } from './console-document.js';

const titles: Readonly<Record<string, string>> = { http: 'HTTP', health: 'Health Service' };
const words: Readonly<Record<string, string>> = {
  avg: 'mean',
  api: 'API',
  http: 'HTTP',
  kv: 'KV',
  ms: '',
  seconds: '',
};

/** The sections of the summary, with what the page needs to show their fields. */
export function describeSections(catalogue: Catalogue): readonly SectionDescription[] {
  const sections = [...new Set(catalogue.fields.map(({ section }) => section))];
  return sections.map((section) => ({
    title: titles[section] ?? capitalized(section.replaceAll('_', ' ')),
    fields: catalogue.fields
      .filter((field) => field.section === section)
      .map((field) => ({
        id: `${section}.${field.field}`,
        label: labelOf(field.field),
        unit: field.unit,
        help: field.help,
        kind: isTotal(field, catalogue) ? 'total' : 'current',
      })),
  }));
}

/** `avg_inference_latency_ms` is `Mean inference latency`. */
function labelOf(field: string): string {
  const parts = field
    .replace(/_per_minute$|(?<=.)_total$/, '')
    .split('_')
    .map((part) => words[part] ?? part);
  return capitalized(parts.filter((part) => part !== '').join(' '));
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether the value is the sum of a counter. */
export function isTotal(field: SummaryField, catalogue: Catalogue): boolean {
  const row = catalogue.rows.get(field.row);
  if (!row) return false;
  const text = Object.values(row.promql).join(' ');
  return row.metrics.some((name) => /_(total|seconds_count)$/.test(name)) && !/\b(rate|increase|count)\b/.test(text);
}

/** PromQL of a field's history: its canonical text, or the family that holds a value of the Health Service. */
export function historyQuery(field: SummaryField, catalogue: Catalogue): string {
  const row = catalogue.rows.get(field.row);
  return row ? Object.values(row.promql)[0]! : `max(${field.row})`;
}
