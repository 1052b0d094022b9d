import { describe, expect, it } from 'vitest';
import { checkConfig, checkMetrics, checkRules, testRules } from './promtool.js';

const rules = 'groups: [{ name: test, rules: [{ record: twice, expr: up * 2 }] }]';

describe('promtool', () => {
  it('accepts good metrics, lints odd ones and refuses bad ones', async () => {
    expect(await checkMetrics('# HELP up Whether.\n# TYPE up gauge\nup 1\n')).toEqual({ code: 0, output: '' });
    expect(await checkMetrics('# TYPE up gauge\nup 1\n')).toEqual({ code: 3, output: 'up no help text\n' });
    expect(await checkMetrics('up yes\n')).toMatchObject({ code: 1 });
  });

  it('checks rule files', async () => {
    expect(await checkRules(rules)).toMatchObject({ code: 0, output: expect.stringContaining('1 rules found') });
    const wrong = await checkRules(rules.replace('up *', 'up **'));
    expect(wrong).toMatchObject({ code: expect.any(Number), output: expect.stringContaining('could not parse') });
    expect(wrong.code).not.toBe(0);
  });

  it('runs unit tests of rules', async () => {
    const test = (value: number) =>
      `rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{ series: up, values: '1+1x5' }]
    promql_expr_test: [{ expr: twice, eval_time: 2m, exp_samples: [{ labels: twice, value: ${value} }] }]
`;
    expect(await testRules(test(6), { 'rules.yml': rules })).toMatchObject({ code: 0 });
    expect(await testRules(test(7), { 'rules.yml': rules })).toMatchObject({
      code: 1,
      output: expect.stringContaining('FAILED'),
    });
  });

  it('checks configurations with the files they name', async () => {
    const config = 'rule_files: [rules.yml]\n';
    expect(await checkConfig(config, { 'rules.yml': rules })).toMatchObject({ code: 0 });
    expect((await checkConfig(config, { 'rules.yml': 'groups: 1' })).code).not.toBe(0);
    expect((await checkConfig('scrape_configs: 1')).code).not.toBe(0);
  });
});
