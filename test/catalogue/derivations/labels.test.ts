import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelKey, withLabels } from '../../../src/catalogue/derivations/labels.js';
import { GatewayzMetricsError } from '../../../src/errors.js';

const names = ['model', 'provider'];
const text = fc.oneof(fc.constantFrom('', 'a', 'b'), fc.string());
const labels = fc.record({ provider: text, other: text, model: text }, { requiredKeys: [] });

describe('withLabels', () => {
  test('refuses two metrics that have the same declared labels, and only those', () => {
    void fc.assert(
      fc.property(fc.array(labels, { maxLength: 6 }), (all) => {
        const keys = all.map((own) => JSON.stringify([own.model ?? '', own.provider ?? '']));
        const metrics = all.map((own) => ({ labels: own, value: '1' }));
        if (new Set(keys).size === keys.length) expect(withLabels(metrics, names, 'row')).toHaveLength(all.length);
        else expect(() => withLabels(metrics, names, 'row')).toThrow(GatewayzMetricsError);
      }),
    );
  });

  test('gives the declared labels in their order, without those that are empty', () => {
    const metrics = [{ labels: { provider: 'p', instance: 'i', model: 'm' }, value: '1' }];
    const [metric] = withLabels(metrics, names, 'row');
    expect(Object.entries(metric?.labels ?? {})).toEqual([
      ['model', 'm'],
      ['provider', 'p'],
    ]);
    expect(withLabels([{ labels: { provider: '', model: 'm' }, value: '1' }], names, 'row')).toEqual([
      { labels: { model: 'm' }, value: '1' },
    ]);
  });

  test('names the row and the series', () => {
    const twice = [
      { labels: { model: 'm', instance: 'a' }, value: '1' },
      { labels: { model: 'm', instance: 'b' }, value: '2' },
    ];
    expect(() => withLabels(twice, names, 'tokens_used_total')).toThrow(
      'Prometheus returned the same series twice for tokens_used_total: ["m",""]',
    );
  });
});

describe('labelKey', () => {
  test('is the same for two sets of labels exactly if their declared labels are', () => {
    void fc.assert(
      fc.property(labels, labels, (a, b) => {
        const same = (a.model ?? '') === (b.model ?? '') && (a.provider ?? '') === (b.provider ?? '');
        return (labelKey(a, names) === labelKey(b, names)) === same;
      }),
    );
  });
});
