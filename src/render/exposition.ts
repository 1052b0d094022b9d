import type { Family } from '../model.js';
import { type Dialect, type Marker, renderSamples } from './samples.js';

/** `Content-Type` of what `renderExposition` and `emptyExposition` return. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

const dialect: Dialect = { bound: (text) => text, countWithoutSum: true };

/**
 * Prometheus text format 0.0.4: HELP, TYPE and samples without timestamps, family after family in the order given.
 * Values, bounds and quantiles stand as they came. A label with an empty value is left out. A lone surrogate in a text
 * becomes U+FFFD when the document is encoded as UTF-8.
 *
 * Writes what it is given, piece by piece, and never throws for it. So that the document is valid, the families must be as the model
 * says (names and label names legal, family names and the label sets within a family unique, `_total` on counters,
 * buckets ascending, cumulative and ending with `+Inf`), and every value the text of a number.
 */
export function* expositionPieces(families: readonly Family[], marker?: Marker): Generator<string> {
  for (const family of families) {
    const { name, type, help } = family;
    yield `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
    yield* renderSamples(family, marker, dialect);
  }
}

/** The pieces of `expositionPieces` in one text, for documents that are small. */
export function renderExposition(families: readonly Family[], marker?: Marker): string {
  return [...expositionPieces(families, marker)].join('');
}

/** A document without families that tells people why, in one comment line. */
export function emptyExposition(reason: string): string {
  // The leading word keeps a reason such as "TYPE x counter" from being read as metadata.
  return `# unavailable: ${reason.replace(/[\s\p{Cc}]+/gu, ' ').trim()}\n`;
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
