import type { Family, Labels } from '../../src/model.js';
import type { Marker } from '../../src/render/samples.js';
import type { ParsedFamily } from '../support/parse-exposition.js';
import { encodable, readable } from './arbitrary-families.js';

export interface PlainFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
  /** Sample name, labels in order, value. Bounds and quantiles are numbers where the format may write them anew. */
  readonly samples: readonly (readonly [string, readonly (readonly [string, string | number])[], string])[];
}

/** What a reader must find of the families; the requirement, written down without any text format. */
export function expectedFamily(family: Family, marker: Marker | undefined, openMetrics: boolean): PlainFamily {
  const { name: fullName, type, help, unit } = family;
  const name = openMetrics && type === 'counter' ? fullName.slice(0, -'_total'.length) : fullName;
  const hasUnit = openMetrics && unit !== '' && name.endsWith(`_${unit}`);
  return {
    name,
    type,
    help: encodable(help),
    unit: hasUnit ? unit : '',
    samples: [...samples(family, marker, openMetrics)],
  };
}

function* samples(
  family: Family,
  marker: Marker | undefined,
  openMetrics: boolean,
): Generator<PlainFamily['samples'][number]> {
  const own = (labels: Labels): (readonly [string, string | number])[] => [
    ...Object.entries(readable(labels)),
    ...(marker === undefined ? [] : [[marker.label, marker.value] as const]),
  ];
  const { name } = family;
  switch (family.type) {
    case 'histogram':
      for (const { labels, buckets, sum } of family.metrics) {
        for (const { le, value } of buckets) {
          yield [`${name}_bucket`, [...own(labels), ['le', asNumber(le)]], value];
        }
        if (sum !== undefined) yield [`${name}_sum`, own(labels), sum];
        if (sum !== undefined || !openMetrics) yield [`${name}_count`, own(labels), buckets.at(-1)!.value];
      }
      break;
    case 'summary':
      for (const { labels, quantiles, sum, count } of family.metrics) {
        for (const { quantile, value } of quantiles) {
          yield [name, [...own(labels), ['quantile', asNumber(quantile)]], value];
        }
        if (sum !== undefined) yield [`${name}_sum`, own(labels), sum];
        if (count !== undefined) yield [`${name}_count`, own(labels), count];
      }
      break;
    default:
      for (const { labels, value } of family.metrics) yield [name, own(labels), value];
  }
}

/** A parsed family in the same shape. */
export function foundFamily({ name, type, help, unit = '', samples: found }: ParsedFamily): PlainFamily {
  return {
    name,
    type,
    help,
    unit,
    samples: found.map(({ name: sample, labels, value }) => {
      const last = Object.keys(labels).at(-1);
      const numeric = last === 'le' || last === 'quantile' ? last : undefined;
      const pairs = Object.entries(labels).map(
        ([label, text]) => [label, label === numeric ? asNumber(text) : text] as const,
      );
      return [sample, pairs, value] as const;
    }),
  };
}

export function asNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
