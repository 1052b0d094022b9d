import type { Family, HistogramMetric, Labels, SummaryMetric } from '../model.js';

/** Marker label on every sample of a document. Its name differs from all other labels, `le` and `quantile` included. */
export interface Marker {
  readonly label: string;
  readonly value: string;
}

/** How the two text formats differ in sample lines. */
export interface Dialect {
  /** Formats a bucket bound or a quantile. */
  readonly bound: (text: string) => string;
  /** Whether a histogram without a sum has a `_count`. */
  readonly countWithoutSum: boolean;
}

/** Characters after which a piece is yielded. */
const pieceLength = 16 * 1024;

/**
 * Renders the sample lines of one family in pieces, so that a large family never exists as one string. Label order: own
 * labels, marker label, `le` or `quantile`.
 */
export function* renderSamples(family: Family, marker: Marker | undefined, dialect: Dialect): Generator<string> {
  const added = marker === undefined ? '' : labelText({ [marker.label]: marker.value }, '');
  let piece = '';
  for (const lines of linesOf(family, added, dialect)) {
    piece += lines;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** Yields the lines of each metric. */
function* linesOf(family: Family, added: string, dialect: Dialect): Generator<string> {
  const { name } = family;
  const closing = closings(dialect);
  switch (family.type) {
    case 'counter':
    case 'gauge':
      for (const { labels, value } of family.metrics) yield `${name}${braced(labelText(labels, added))} ${value}\n`;
      break;
    case 'histogram':
      for (const metric of family.metrics) yield histogramLines(name, metric, added, dialect, closing);
      break;
    case 'summary':
      for (const metric of family.metrics) yield summaryLines(name, metric, added, closing);
      break;
  }
}

type Closing = (label: string, value: string) => string;

/** Caches the end of sample labels, `le="…"} `: a family repeats a few of them many times. */
function closings({ bound }: Dialect): Closing {
  const known = new Map<string, string>();
  return (label, value) => {
    let closing = known.get(value);
    if (closing === undefined) {
      closing = `${label}="${escapeLabelValue(bound(value))}"} `;
      known.set(value, closing);
    }
    return closing;
  };
}

function histogramLines(
  name: string,
  { labels, buckets, sum }: HistogramMetric,
  added: string,
  { countWithoutSum }: Dialect,
  closing: Closing,
): string {
  const own = labelText(labels, added);
  const opening = `${name}_bucket{${own}${own === '' ? '' : ','}`;
  let text = '';
  for (const { le, value } of buckets) text += `${opening}${closing('le', le)}${value}\n`;
  if (sum !== undefined) text += `${name}_sum${braced(own)} ${sum}\n`;
  if (sum !== undefined || countWithoutSum) text += `${name}_count${braced(own)} ${buckets.at(-1)?.value ?? ''}\n`;
  return text;
}

function summaryLines(
  name: string,
  { labels, quantiles, sum, count }: SummaryMetric,
  added: string,
  closing: Closing,
): string {
  const own = labelText(labels, added);
  const opening = `${name}{${own}${own === '' ? '' : ','}`;
  let text = '';
  for (const { quantile, value } of quantiles) text += `${opening}${closing('quantile', quantile)}${value}\n`;
  if (sum !== undefined) text += `${name}_sum${braced(own)} ${sum}\n`;
  if (count !== undefined) text += `${name}_count${braced(own)} ${count}\n`;
  return text;
}

/** Label pairs in the order of the object. An empty value equals no label and is omitted. */
function labelText(labels: Labels, added: string): string {
  let text = '';
  for (const name of Object.keys(labels)) {
    const value = labels[name]!;
    if (value !== '') text += `${text === '' ? '' : ','}${name}="${escapeLabelValue(value)}"`;
  }
  if (added === '') return text;
  return text === '' ? added : `${text},${added}`;
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

const special = /[\\"\n]/;
const specials = /[\\"\n]/g;

function escapeLabelValue(value: string): string {
  return special.test(value) ? value.replace(specials, escaped) : value;
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}
