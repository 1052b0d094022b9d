import { parseValue } from '../../src/catalogue/derivations/number.js';
import type { FlatValues } from './flat-values.js';

/** Relative difference that rounding can make. */
const tolerance = 1e-9;

/** Where two sets of values differ, a sentence each; `exact` compares the texts. */
export function differences(row: string, got: FlatValues, expected: FlatValues, exact: boolean): string[] {
  return [...new Set([...got.keys(), ...expected.keys()])].flatMap((key) => {
    const [is, should] = [got.get(key), expected.get(key)];
    const same = is === should || (!exact && is !== undefined && should !== undefined && close(is, should));
    return same ? [] : [`${row}{${key}}: expected ${should ?? 'nothing'}, got ${is ?? 'nothing'}`];
  });
}

function close(a: string, b: string): boolean {
  const [x, y] = [parseValue(a), parseValue(b)];
  return Object.is(x, y) || Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y));
}
