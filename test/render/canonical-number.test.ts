import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalNumber } from '../../src/render/canonical-number.js';

test.each([
  ['0', '0.0'],
  ['-0', '0.0'],
  ['1', '1.0'],
  ['+1', '1.0'],
  ['10.0', '10.0'],
  ['.5', '0.5'],
  ['0.99', '0.99'],
  ['0.0001', '0.0001'],
  ['0.00001', '1e-05'],
  ['0.000015', '1.5e-05'],
  ['100000', '100000.0'],
  ['1e5', '100000.0'],
  ['999999.5', '999999.5'],
  ['1000000', '1e+06'],
  ['1234567.5', '1.2345675e+06'],
  ['1e21', '1e+21'],
  ['1e-300', '1e-300'],
  ['-2.5', '-2.5'],
  ['-10000000', '-1e+07'],
  ['+Inf', '+Inf'],
  ['Inf', '+Inf'],
  ['+Infinity', '+Inf'],
  ['-inf', '-Inf'],
])('%s is written as %s', (text, expected) => {
  expect(canonicalNumber(text)).toBe(expected);
});

test.each([['NaN'], [''], [' '], ['fast'], ['1e999']])('%j, which is no number, stays', (text) => {
  expect(canonicalNumber(text)).toBe(text);
});

test('a number keeps its value, and all its spellings have one text', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const text = canonicalNumber(String(number));
      expect(Number(text)).toBe(number === 0 ? 0 : number);
      expect(text).toMatch(/[.e]/u);
      expect(canonicalNumber(number.toExponential())).toBe(text);
      expect(canonicalNumber(text)).toBe(text);
    }),
  );
});
