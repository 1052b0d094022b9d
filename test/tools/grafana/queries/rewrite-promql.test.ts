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
    expect(withPrefix('sum by (x) (rate(x{x="x"}[5m])) / on (x) count(x)', 'llm_')).toBe(
      'sum by (x) (rate(llm_x{x="x"}[5m])) / on (x) count(llm_x)',
    );
  });

  it('leaves up alone, which Prometheus itself writes', () => {
    expect(withPrefix('up and on (job) y', 'llm_')).toBe('up and on (job) llm_y');
  });

  it('changes nothing when it is empty', () => {
    expect(withPrefix('rate(x[5m])', '')).toBe('rate(x[5m])');
  });
});
