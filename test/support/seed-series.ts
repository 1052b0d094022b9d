import type { Labels } from '../../src/model.js';
import { expandValues } from './expand-values.js';

export interface SeededSeries {
  readonly name: string;
  readonly labels?: Labels;
  /** Notation as in `expandValues`, whose texts are kept as they stand; or numbers, `null` for a gap. */
  readonly values: string | readonly (number | null)[];
  /** Epoch milliseconds of the first value. */
  readonly start: number;
  /** Milliseconds between two values. */
  readonly step: number;
}

/**
 * OpenMetrics text with timestamps, to fill a Prometheus with (`startTestPrometheus({ series })`). Entries with the same
 * name and labels continue one series. Throws where a series would have two values at one instant.
 */
export function seed(entries: readonly SeededSeries[]): string {
  const all = new Map<string, { readonly name: string; readonly samples: Map<number, string> }>();
  for (const { name, labels = {}, values, start, step } of entries) {
    const selector = `${name}${labelText(labels)}`;
    const series = all.get(selector) ?? { name, samples: new Map<number, string>() };
    all.set(selector, series);
    for (const [index, value] of texts(values).entries()) {
      const at = start + index * step;
      if (value === null) continue;
      if (series.samples.has(at)) throw new Error(`${selector} has two values at ${at}`);
      series.samples.set(at, value);
    }
  }
  // A family's series must stand together, and a series' samples in order of time.
  const lines = [...all]
    .sort(([, a], [, b]) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .flatMap(([selector, { samples }]) =>
      [...samples].sort(([a], [b]) => a - b).map(([at, value]) => `${selector} ${value} ${at / 1000}\n`),
    );
  return `${lines.join('')}# EOF\n`;
}

function texts(values: SeededSeries['values']): readonly (string | null)[] {
  return typeof values === 'string'
    ? expandValues(values)
    : values.map((value) => (value === null ? null : String(value).replace('Infinity', 'Inf')));
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const escaped = (value: string) => value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  return pairs.length === 0 ? '' : `{${pairs.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}
