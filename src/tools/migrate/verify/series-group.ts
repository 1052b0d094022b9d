import { isDeepStrictEqual } from 'node:util';
import type { Labels } from '../../../model.js';
import type { RangeSeries } from './range-query.js';

/** Series of one family that differ only in job and instance. */
export interface SeriesGroup {
  /** Without job and instance. */
  readonly labels: Labels;
  readonly series: readonly RangeSeries[];
}

export function groupSeries(series: readonly RangeSeries[]): readonly SeriesGroup[] {
  const groups = new Map<string, { labels: Labels; series: RangeSeries[] }>();
  for (const one of series) {
    const { job: _job, instance: _instance, ...labels } = one.labels;
    const key = JSON.stringify(Object.entries(labels).toSorted());
    const group = groups.get(key) ?? { labels, series: [] };
    groups.set(key, { ...group, series: [...group.series, one] });
  }
  return [...groups.values()];
}

/**
 * Counterpart of a group in the other job: the one with the same labels, else the only one with the same values of the
 * family's own labels, since scrape jobs may add different labels.
 */
export function counterpart(
  group: SeriesGroup,
  others: readonly SeriesGroup[],
  ownLabels: readonly string[],
): SeriesGroup | undefined {
  const same = others.find(({ labels }) => isDeepStrictEqual(labels, group.labels));
  const similar = others.filter(({ labels }) => ownLabels.every((name) => labels[name] === group.labels[name]));
  return same ?? (similar.length === 1 ? similar[0] : undefined);
}

/** Values of a group at a step. */
export function valuesAt(group: SeriesGroup | undefined, step: number): readonly number[] {
  return (group?.series ?? []).flatMap(({ values }) => {
    const value = values.get(step);
    return value === undefined ? [] : Number(value);
  });
}
