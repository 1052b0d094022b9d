import { describe, expect, it } from 'vitest';
import { withPrefix, withWindow } from '../../../../src/tools/grafana/queries/rewrite-promql.js';

describe('withWindow', () => {
  it('puts the window in the place of every range, and leaves offsets, durations in strings and grouping alone', () => {
    expect(withWindow('sum by (a) (rate(x{b="[5m]"}[5m] offset 1d)) / sum(rate(y[1m]))', '$__rate_interval')).toBe(
      'sum by (a) (rate(x{b="[5m]"}[$__rate_interval] offset 1d)) / sum(rate(y[$__rate_interval]))',
    );
  });

  it('leaves a text without ranges as it is', () => {
    expect(withWindow('max(x)', '$__range')).toBe('max(x)');
  });

  it('refuses what is not PromQL', () => {
    expect(() => withWindow('rate(x[5m)', '1h')).toThrow('unexpected');
  });
});

describe('withPrefix', () => {
  it('stands before every metric name, and before nothing that is spelled the same', () => {
    expect(withPrefix('sum by (up) (rate(up{up="up"}[5m])) / on (up) count(up)', 'llm_')).toBe(
      'sum by (up) (rate(llm_up{up="up"}[5m])) / on (up) count(llm_up)',
    );
  });

  it('changes nothing when it is empty', () => {
    expect(withPrefix('rate(x[5m])', '')).toBe('rate(x[5m])');
  });
});
