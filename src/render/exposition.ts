import type { Family } from '../model.js';
import { type Dialect, type Marker, renderSamples } from './samples.js';

/** `Content-Type` of the Prometheus text format. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

const dialect: Dialect = { bound: (text) => text, countWithoutSum: true };

/**
 * Renders families in Prometheus text format 0.0.4: HELP, TYPE and samples without timestamps, in the given order.
 * Values, bounds and quantiles are written unchanged. Labels with an empty value are omitted.
 *
 * Does not validate. The document is valid if the families satisfy the model: legal, unique names; unique label sets;
 * `_total` on counters; buckets ascending, cumulative and ending with `+Inf`; numeric values.
 */
export function* expositionPieces(families: readonly Family[], marker?: Marker): Generator<string> {
  for (const family of families) {
    const { name, type, help } = family;
    yield `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
    yield* renderSamples(family, marker, dialect);
  }
}

/** Renders a small document into one string. */
export function renderExposition(families: readonly Family[], marker?: Marker): string {
  return [...expositionPieces(families, marker)].join('');
}

/** An empty document with the reason in a comment. */
export function emptyExposition(reason: string): string {
  // Without a leading word, a reason such as "TYPE x counter" would parse as metadata.
  return `# unavailable: ${reason.replace(/[\s\p{Cc}]+/gu, ' ').trim()}\n`;
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
