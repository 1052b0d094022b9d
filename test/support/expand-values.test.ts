import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandValues } from './expand-values.js';

describe('expandValues', () => {
  it.each([
    ['1 2.50  -3e4', ['1', '2.50', '-3e4']],
    ['NaN Inf +Inf -Inf', ['NaN', 'Inf', '+Inf', '-Inf']],
    ['1 _ _x2 2', ['1', null, null, null, '2']],
    ['5x3', ['5', '5', '5', '5']],
    ['1.50x1', ['1.50', '1.50']],
    ['0+10x3', ['0', '10', '20', '30']],
    ['9-4x3', ['9', '5', '1', '-3']],
    ['-2+4x2', ['-2', '2', '6']],
    ['-0.05+0.05x2', ['-0.05', '0', '0.05']],
    ['', []],
  ])('understands "%s"', (notation, values) => {
    expect(expandValues(notation)).toEqual(values);
  });

  it('adds decimals exactly, however large', async () => {
    expect(expandValues('0+0.1x3')).toEqual(['0', '0.1', '0.2', '0.3']);
    expect(expandValues('9007199254740993+2x1')).toEqual(['9007199254740993', '9007199254740995']);
    await fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 1n }), fc.nat(50), (first, increment, times) => {
        const expected = Array.from({ length: times + 1 }, (_, index) => String(first + BigInt(index) * increment));
        expect(expandValues(`${first}+${increment}x${times}`)).toEqual(expected);
      }),
    );
  });

  it.each(['stale', '1x', '1+x3', 'x3', '1,2', '_3'])('refuses "%s", naming it', (term) => {
    expect(() => expandValues(`1 ${term}`)).toThrow(`got "${term}" in "1 ${term}"`);
  });
});
