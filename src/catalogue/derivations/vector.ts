import type { Sample, Vector } from '../../model.js';
import { formatValue, parseValue } from './number.js';

/** Values by the value of one label. */
export type Grouped = ReadonlyMap<string, number>;

/** Value of a vector with at most one element, as an aggregation without `by` returns. */
export function scalarOf(vector: Vector): number | undefined {
  const sample = vector[0];
  return sample && parseValue(sample.value);
}

/** `sum(vector)`; undefined for an empty vector, as in PromQL. */
export function sum(vector: Vector): number | undefined {
  if (vector.length === 0) return undefined;
  return vector.reduce((total, sample) => total + parseValue(sample.value), 0);
}

/** `sum by (label) (vector)`, over the samples that carry the label and pass `keep`. */
export function sumBy(vector: Vector, label: string, keep: (sample: Sample) => boolean = () => true): Grouped {
  const groups = new Map<string, number>();
  for (const sample of vector) {
    const key = sample.labels[label];
    if (key && keep(sample)) groups.set(key, (groups.get(key) ?? 0) + parseValue(sample.value));
  }
  return groups;
}

/** `avg by (label)` over the values that `read` returns; samples where it returns undefined do not count. */
export function avgBy(vector: Vector, label: string, read: (sample: Sample) => number | undefined): Grouped {
  const groups = new Map<string, { total: number; count: number }>();
  for (const sample of vector) {
    const key = sample.labels[label];
    const value = read(sample);
    if (!key || value === undefined) continue;
    const group = groups.get(key) ?? { total: 0, count: 0 };
    groups.set(key, { total: group.total + value, count: group.count + 1 });
  }
  return mapGrouped(groups, ({ total, count }) => total / count);
}

/** Returns a sample's value if it is within `low` and `high`, inclusive; never NaN. */
export function within(low: number, high: number): (sample: Sample) => number | undefined {
  return (sample) => {
    const value = parseValue(sample.value);
    return value >= low && value <= high ? value : undefined;
  };
}

export function mapGrouped<T>(groups: ReadonlyMap<string, T>, change: (value: T, key: string) => number): Grouped {
  return new Map([...groups].map(([key, value]) => [key, change(value, key)]));
}

export function filterGrouped(groups: Grouped, keep: (value: number) => boolean): Grouped {
  return new Map([...groups].filter(([, value]) => keep(value)));
}

/** `a or b or …` on one label: per key, the value of the first that has one. */
export function firstOf(...alternatives: readonly Grouped[]): Grouped {
  const result = new Map<string, number>();
  for (const alternative of alternatives) {
    for (const [key, value] of alternative) if (!result.has(key)) result.set(key, value);
  }
  return result;
}

/** `dividend / (divisor > 0)` on one label: keys without a positive divisor are omitted. */
export function divide(dividend: Grouped, divisor: Grouped): Grouped {
  const result = new Map<string, number>();
  for (const [key, by] of divisor) {
    const value = dividend.get(key);
    if (by > 0 && value !== undefined) result.set(key, value / by);
  }
  return result;
}

/** A vector of one element without labels; empty for an undefined value. */
export function toVector(value: number | undefined): Vector {
  return value === undefined ? [] : [{ labels: {}, value: formatValue(value) }];
}

export function groupedToVector(groups: Grouped, label: string): Vector {
  return [...groups].map(([key, value]) => ({ labels: { [label]: key }, value: formatValue(value) }));
}

/** Unweighted mean over the groups, times a factor; undefined without groups. */
export function meanOf(groups: Grouped, factor = 1): number | undefined {
  if (groups.size === 0) return undefined;
  return (factor * [...groups.values()].reduce((total, value) => total + value, 0)) / groups.size;
}

/** Every sample times a factor. */
export function scaled(vector: Vector, factor: number): Vector {
  return vector.map(({ labels, value }) => ({ labels, value: formatValue(factor * parseValue(value)) }));
}
