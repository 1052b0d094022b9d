import type { Scale, Threshold, ValueName } from './panel.js';

/** Green, then orange and red from these values on. */
export function risingTo(orange: number, red: number): readonly Threshold[] {
  return [{ color: 'green' }, { from: orange, color: 'orange' }, { from: red, color: 'red' }];
}

/** Red, then orange and green from these values on. */
export function fallingTo(orange: number, green: number): readonly Threshold[] {
  return [{ color: 'red' }, { from: orange, color: 'orange' }, { from: green, color: 'green' }];
}

export const yesOrNo: readonly ValueName[] = [
  { value: 1, text: 'Yes', color: 'green' },
  { value: 0, text: 'No', color: 'red' },
];

export const availabilities: readonly ValueName[] = [
  { value: 1, text: 'Available', color: 'green' },
  { value: 0, text: 'Unavailable', color: 'red' },
];

export const providerStates: readonly ValueName[] = [
  { value: 0, text: 'Healthy', color: 'green' },
  { value: 1, text: 'Degraded', color: 'orange' },
  { value: 2, text: 'Down', color: 'red' },
];

export const count: Scale = { unit: 'short' };
export const flag: Scale = { unit: 'none', names: yesOrNo };
export const share: Scale = { unit: 'percentunit', min: 0, max: 1 };
export const percent: Scale = { unit: 'percent', min: 0 };
export const seconds: Scale = { unit: 's', min: 0 };

/** Thresholds are those of the catalogue's provider states. Without a highest value, so that small shares can be seen. */
export const errorShare: Scale = { unit: 'percentunit', min: 0, thresholds: risingTo(0.05, 0.5) };
