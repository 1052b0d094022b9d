import type { Family, HistogramMetric, Labels, Sample, SummaryMetric } from '../model.js';

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

/** The sample lines of one family. The marker stands after a series' own labels, `le` and `quantile` after the marker. */
export function renderSamples(family: Family, marker: Marker | undefined, dialect: Dialect): string {
  const added = marker === undefined ? '' : labelText({ [marker.label]: marker.value }, '');
  switch (family.type) {
    case 'counter':
    case 'gauge':
      return plainSamples(family.name, family.metrics, added);
    case 'histogram':
      return histogramSamples(family.name, family.metrics, added, dialect);
    case 'summary':
      return summarySamples(family.name, family.metrics, added, dialect);
  }
}

function plainSamples(name: string, samples: readonly Sample[], added: string): string {
  let text = '';
  for (const { labels, value } of samples) text += `${name}${braced(labelText(labels, added))} ${value}\n`;
  return text;
}

function histogramSamples(
  name: string,
  histograms: readonly HistogramMetric[],
  added: string,
  { bound, countWithoutSum }: Dialect,
): string {
  const closings = new Map<string, string>();
  let text = '';
  for (const { labels, buckets, sum } of histograms) {
    const own = labelText(labels, added);
    const opening = `${name}_bucket{${own}${own === '' ? '' : ','}`;
    let count = '';
    for (const { le, value } of buckets) {
      let closing = closings.get(le);
      if (closing === undefined) {
        closing = `le="${escapeLabelValue(bound(le))}"} `;
        closings.set(le, closing);
      }
      text += `${opening}${closing}${value}\n`;
      count = value;
    }
    if (sum !== undefined) text += `${name}_sum${braced(own)} ${sum}\n`;
    if (sum !== undefined || countWithoutSum) text += `${name}_count${braced(own)} ${count}\n`;
  }
  return text;
}

function summarySamples(name: string, summaries: readonly SummaryMetric[], added: string, { bound }: Dialect): string {
  let text = '';
  for (const { labels, quantiles, sum, count } of summaries) {
    const own = labelText(labels, added);
    for (const { quantile, value } of quantiles) {
      text += `${name}{${own}${own === '' ? '' : ','}quantile="${escapeLabelValue(bound(quantile))}"} ${value}\n`;
    }
    if (sum !== undefined) text += `${name}_sum${braced(own)} ${sum}\n`;
    if (count !== undefined) text += `${name}_count${braced(own)} ${count}\n`;
  }
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
