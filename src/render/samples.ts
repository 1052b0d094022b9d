import type { Family, HistogramMetric, Labels, SummaryMetric } from '../model.js';

/** A label that every sample of a document carries. Its name is none of the families' labels, and not `le` or `quantile`. */
export interface Marker {
  readonly label: string;
  readonly value: string;
}

/** What the two text formats write differently about samples. */
export interface Dialect {
  /** The text of a bucket bound or a quantile. */
  readonly bound: (text: string) => string;
  /** Whether a histogram that has no sum has a `_count`. */
  readonly countWithoutSum: boolean;
}

/** A piece of text is handed over as soon as it is this long. */
const pieceLength = 16 * 1024;

/**
 * The sample lines of one family, in pieces: of a large family there is never the whole text. The marker stands after a
 * series' own labels, `le` and `quantile` after the marker.
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

/** The lines of one metric after the other. */
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

/** The end of a sample's labels, `le="…"} `: a family has few of them, many times. */
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

/** `name="value"` pairs in the order of the object. An empty value means the same as no label, so it is left out. */
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
