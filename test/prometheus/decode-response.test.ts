import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeStrings, decodeVector } from '../../src/prometheus/decode-response.js';

const source = 'Prometheus at http://prometheus:9090';
const vector = (...result: unknown[]) => ({ resultType: 'vector', result });
const sample = (value: unknown) => vector({ metric: { job: 'a' }, value: [1, value] });
const invalid = expect.objectContaining({ code: 'upstream_invalid', message: expect.stringContaining(source) });

test('a vector keeps its labels, without the metric name, and its values as text', () => {
  const data = vector(
    { metric: { __name__: 'up', job: 'a', instance: '' }, value: [1700000000.123, '1'] },
    { metric: {}, value: [1, '0.30000000000000004'] },
  );
  expect(decodeVector(data, source)).toEqual({
    vector: [
      { labels: { job: 'a', instance: '' }, value: '1' },
      { labels: {}, value: '0.30000000000000004' },
    ],
    omittedHistograms: 0,
  });
});

test('a scalar is one element without labels', () => {
  const data = { resultType: 'scalar', result: [1, '42'] };
  expect(decodeVector(data, source)).toEqual({ vector: [{ labels: {}, value: '42' }], omittedHistograms: 0 });
});

test('native histograms are left out and counted', () => {
  const histogram = [1, { count: '3', sum: '1.5', buckets: [[0, '0.5', '1', '3']] }];
  const data = vector({ metric: { job: 'a' }, histogram }, { metric: { job: 'b' }, value: [1, '2'] });
  expect(decodeVector(data, source)).toEqual({
    vector: [{ labels: { job: 'b' }, value: '2' }],
    omittedHistograms: 1,
  });
});

test('a label called __proto__ is a label like any other and pollutes nothing', () => {
  for (const name of ['', '"__name__":"up",']) {
    const text = `{"resultType":"vector","result":[{"metric":{${name}"__proto__":"x","job":"a"},"value":[1,"1"]}]}`;
    const { labels } = decodeVector(JSON.parse(text), source).vector[0]!;
    expect(Object.entries(labels)).toEqual([
      ['__proto__', 'x'],
      ['job', 'a'],
    ]);
    expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
  }
  expect(() => decodeVector(JSON.parse('{"__proto__":{"resultType":"vector","result":[]}}'), source)).toThrow(invalid);
  expect(() => decodeVector(vector(JSON.parse('{"metric":{"__proto__":{"a":"b"}},"value":[1,"1"]}')), source)).toThrow(
    invalid,
  );
});

describe('a value', () => {
  test.each([
    ...['0', '-0', '1', '-1.5', '1e+21', '1e-07', '1.5E3', '+2', '123456789012345678901', 'NaN', '+Inf', '-Inf', 'Inf'],
  ])('%j is taken as it stands', (value) => {
    expect(decodeVector(sample(value), source).vector[0]!.value).toBe(value);
  });

  test.each([
    ...['', ' 1', '1 ', '1\n', '0x10', '1_000', '1,5', '.5', '5.', 'nan', 'Infinity', '1e', '--1', 'null', '1 1'],
    ...[1, null, undefined, true, ['1'], { value: '1' }],
  ])('%j is refused', (value) => {
    expect(() => decodeVector(sample(value), source)).toThrow(invalid);
  });

  test('of any number that is printed as Go does is taken', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
        const value = String(number);
        expect(decodeVector(sample(value), source).vector[0]!.value).toBe(value);
      }),
    );
  });
});

test.each([
  ['a matrix', { resultType: 'matrix', result: [] }],
  ['a string', { resultType: 'string', result: [1, 'text'] }],
  ['a type that does not exist', { resultType: 'x'.repeat(1e6), result: [] }],
  ['no type', { result: [] }],
  ['a vector that is no list', { resultType: 'vector', result: {} }],
  ['a null', null],
  ['a list', []],
  ['a text', 'vector'],
  ['an element that is null', vector(null)],
  ['an element that is a list', vector([])],
  ['an element without labels', vector({ value: [1, '1'] })],
  ['an element whose labels are a list', vector({ metric: [], value: [1, '1'] })],
  ['a label that is a number', vector({ metric: { job: 1 }, value: [1, '1'] })],
  ['a label that is null', vector({ metric: { __name__: 'up', job: null }, value: [1, '1'] })],
  ['an element without a value', vector({ metric: {} })],
  ['a histogram that is no pair', vector({ metric: {}, histogram: {} })],
  ['a sample without time', vector({ metric: {}, value: ['1'] })],
  ['a sample with a time in text', vector({ metric: {}, value: ['1', '1'] })],
  ['a sample of three', vector({ metric: {}, value: [1, '1', '1'] })],
])('%s is refused in one short sentence', (_, data) => {
  expect(() => decodeVector(data, source)).toThrow(invalid);
  expect(() => decodeVector(data, source)).toThrow(/^.{30,200}$/);
});

test('any JSON is either decoded or refused as invalid, nothing else', () => {
  const wild = fc.oneof(
    fc.jsonValue(),
    fc.jsonValue().map((value) => vector(value)),
    fc.jsonValue().map(sample),
  );
  fc.assert(
    fc.property(wild, (data) => {
      try {
        for (const { value } of decodeVector(data, source).vector) expect(value).toMatch(/^[\d+-]|NaN|Inf/);
      } catch (error) {
        expect(error).toEqual(invalid);
      }
    }),
  );
});

test('label values must be a list of strings', () => {
  expect(decodeStrings(['a', '', 'b'], source)).toEqual(['a', '', 'b']);
  for (const data of [null, {}, 'a', [1], ['a', null], [['a']]]) {
    expect(() => decodeStrings(data, source)).toThrow(invalid);
  }
});
