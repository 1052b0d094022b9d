import { degradedErrorRate, downErrorRate } from '../../../catalogue/thresholds.js';
import type { FieldOptions, Threshold, ValueMapping } from './panel.js';

/** Green below `orange`, then orange, red from `red` on. */
export function higherIsWorse(orange: number, red: number): readonly Threshold[] {
  return [{ color: 'green' }, { from: orange, color: 'orange' }, { from: red, color: 'red' }];
}

/** Red below `orange`, then orange, green from `green` on. */
export function higherIsBetter(orange: number, green: number): readonly Threshold[] {
  return [{ color: 'red' }, { from: orange, color: 'orange' }, { from: green, color: 'green' }];
}

export const yesNo: readonly ValueMapping[] = [
  { value: 1, text: 'Yes', color: 'green' },
  { value: 0, text: 'No', color: 'red' },
];

export const upDown: readonly ValueMapping[] = [
  { value: 1, text: 'Up', color: 'green' },
  { value: 0, text: 'Down', color: 'red' },
];

/** Not green: an available provider can still be down by its error rate. */
export const availabilities: readonly ValueMapping[] = [
  { value: 1, text: 'Available', color: 'blue' },
  { value: 0, text: 'Unavailable', color: 'red' },
];

export const providerStates: readonly ValueMapping[] = [
  { value: 0, text: 'Healthy', color: 'green' },
  { value: 1, text: 'Degraded', color: 'orange' },
  { value: 2, text: 'Down', color: 'red' },
];

export const count: FieldOptions = { unit: 'short' };
export const flag: FieldOptions = { unit: 'none', mappings: yesNo };
export const share: FieldOptions = { unit: 'percentunit', min: 0, max: 1 };
export const percent: FieldOptions = { unit: 'percent', min: 0 };
export const seconds: FieldOptions = { unit: 's', min: 0 };

/** Error ratio with the thresholds of the provider states. No maximum, so that small ratios stay visible. */
export const errorShare: FieldOptions = {
  unit: 'percentunit',
  min: 0,
  thresholds: higherIsWorse(degradedErrorRate, downErrorRate),
};

/** Percentage of HTTP requests with 5xx. */
export const errorPercent: FieldOptions = { ...percent, thresholds: higherIsWorse(1, 5) };
