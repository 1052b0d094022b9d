import type { Family } from '../model.js';
import { canonicalNumber } from './canonical-number.js';
import { type Dialect, type Marker, renderSamples } from './samples.js';

/** `Content-Type` of what `renderOpenMetrics` and `emptyOpenMetrics` return. */
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const end = '# EOF\n';

// "If and only if a Sum Value is present", says OpenMetrics 1.0.0 of `_count` in histograms.
const dialect: Dialect = { bound: canonicalNumber, countWithoutSum: false };

/**
 * OpenMetrics 1.0.0 text, in everything that is not said here like `expositionPieces`. A counter's family is named
 * without `_total`, its samples with it. UNIT is written where the family's name ends with the unit. Bounds and
 * quantiles become canonical numbers (`1.0`); a histogram without a sum has no `_count` either.
 *
 * Beyond what `expositionPieces` asks for, a valid document needs: values of counters, buckets, sums and counts that are
 * neither NaN nor negative; buckets and counts that are whole numbers; quantile values that are not negative and
 * quantiles from 0 to 1; no sum beside a negative bound; no family named as another one's sample (`x_total` beside
 * the counter `x_total`, `x_sum` beside the summary `x`).
 */
export function* openMetricsPieces(families: readonly Family[], marker?: Marker): Generator<string> {
  for (const family of families) {
    yield header(family);
    yield* renderSamples(family, marker, dialect);
  }
  yield end;
}

/** The pieces of `openMetricsPieces` in one text, for documents that are small. */
export function renderOpenMetrics(families: readonly Family[], marker?: Marker): string {
  return [...openMetricsPieces(families, marker)].join('');
}

/** The document without families. The format has no comments, so there is no room for a reason. */
export function emptyOpenMetrics(): string {
  return end;
}

function header({ name: fullName, type, help, unit }: Family): string {
  const name = type === 'counter' ? fullName.replace(/_total$/, '') : fullName;
  const text = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  return unit !== '' && name.endsWith(`_${unit}`) ? `${text}# UNIT ${name} ${unit}\n` : text;
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
