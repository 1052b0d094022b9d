import type { Family } from '../model.js';
import { canonicalNumber } from './canonical-number.js';
import { type Dialect, type Marker, renderSamples } from './samples.js';

/** `Content-Type` of OpenMetrics text. */
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const end = '# EOF\n';

// OpenMetrics 1.0.0: a histogram has `_count` "if and only if a Sum Value is present".
const dialect: Dialect = { bound: canonicalNumber, countWithoutSum: false };

/**
 * Renders families as OpenMetrics 1.0.0 text. Differences from `expositionPieces`: the counter family's name has no
 * `_total`; UNIT is written where the name ends with the unit; bounds and quantiles are canonical numbers (`1.0`); a
 * histogram without a sum has no `_count`.
 *
 * Does not validate. Beyond the rules of `expositionPieces`, a valid document needs: no NaN or negative value in
 * counters, buckets, sums and counts; whole numbers in buckets and counts; quantiles from 0 to 1 with values of 0 or
 * more; no sum beside a negative bound; no family with the name of another family's sample (`x_sum` beside the summary
 * `x`).
 */
export function* openMetricsPieces(families: readonly Family[], marker?: Marker): Generator<string> {
  for (const family of families) {
    yield header(family);
    yield* renderSamples(family, marker, dialect);
  }
  yield end;
}

/** Renders a small document into one string. */
export function renderOpenMetrics(families: readonly Family[], marker?: Marker): string {
  return [...openMetricsPieces(families, marker)].join('');
}

/** The empty document. OpenMetrics has no comments, so it cannot carry a reason. */
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
