import type { Catalogue, CompiledRow } from '../catalogue/compile.js';
import { anyOf } from '../promql/any-of.js';
import { formatMatchers } from '../promql/format-matchers.js';
import type { Matcher } from '../promql/matcher.js';
import type { SharedQueries } from './shared-queries.js';

/**
 * The names that exist, without those of these rows that only our own output has, where that was scraped into its source.
 *
 * Without a base selector all names are asked for: that costs Prometheus nothing, but cannot exclude the marker. What is
 * excluded is asked afterwards, of rows that had no answer although their metrics seemed to be there; that is rare.
 */
export async function excludeReexported(
  names: ReadonlySet<string>,
  rows: readonly CompiledRow[],
  catalogue: Catalogue,
  questions: SharedQueries,
): Promise<ReadonlySet<string>> {
  const doubtful = [...new Set(rows.flatMap(({ metrics }) => metrics))].filter((metric) => names.has(metric)).sort();
  if (catalogue.selector !== undefined || doubtful.length === 0) return names;
  const named: Matcher = { label: '__name__', op: '=~', value: anyOf(doubtful) };
  const selector = `{${formatMatchers([named, ...catalogue.matchers])}}`;
  const { values, error } = await questions.labelValues('__name__', selector);
  return error ? names : new Set([...names].filter((name) => !doubtful.includes(name) || values.includes(name)));
}
