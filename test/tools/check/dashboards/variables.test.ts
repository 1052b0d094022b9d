import { describe, expect, it } from 'vitest';
import { chooseValue, fixedOptions } from '../../../../src/tools/check/dashboards/choose-value.js';
import type { Variable } from '../../../../src/tools/check/dashboards/dashboard-file.js';
import { dashboardsIn } from '../../../../src/tools/check/dashboards/read-dashboard.js';
import { filterOptions, readVariableQuery } from '../../../../src/tools/check/dashboards/variable-options.js';

function variable(content: object): Variable {
  const [read] = dashboardsIn({ schemaVersion: 39, templating: { list: [{ name: 'v', type: 'query', ...content }] } });
  return read!.templating.list[0]!;
}

describe('the query of a variable', () => {
  it.each([
    ['label_values(job)', { kind: 'label values', selector: undefined, label: 'job' }],
    ['label_values(up, job)', { kind: 'label values', selector: 'up', label: 'job' }],
    ['label_values({}, job)', { kind: 'label values', selector: undefined, label: 'job' }],
    [
      'label_values(up{a="b,c",d=~"e"},instance)',
      { kind: 'label values', selector: 'up{a="b,c",d=~"e"}', label: 'instance' },
    ],
    ['label_names()', { kind: 'label names', pattern: undefined }],
    ['metrics(^fastapi_)', { kind: 'metrics', pattern: '^fastapi_' }],
    ['query_result(topk(5, sum by (model) (up)))', { kind: 'result', promql: 'topk(5, sum by (model) (up))' }],
    ['up{job="x"}', { kind: 'series', selector: 'up{job="x"}' }],
  ])('%s is read', (text, expected) => {
    expect(readVariableQuery(text)).toEqual(expected);
  });
});

describe('the options of a variable', () => {
  it('are those that its pattern leaves, or the part of them that it picks', () => {
    const texts = ['openai-eu', 'openai-us', 'groq'];
    expect(filterOptions(texts, { regex: 'openai.*', sort: 0 })).toEqual(['openai-eu', 'openai-us']);
    expect(filterOptions(texts, { regex: '/^(\\w+)-/', sort: 0 })).toEqual(['openai']);
    expect(filterOptions(texts, { regex: '/(?<text>\\w+)-(?<value>\\w+)/', sort: 0 })).toEqual(['eu', 'us']);
    expect(filterOptions(texts, { regex: '', sort: 0 })).toEqual(texts);
  });

  it('are sorted as it says', () => {
    const texts = ['b10', 'A9', 'a1'];
    expect(filterOptions(texts, { regex: undefined, sort: 1 })).toEqual(['A9', 'a1', 'b10']);
    expect(filterOptions(texts, { regex: undefined, sort: 2 })).toEqual(['b10', 'a1', 'A9']);
    expect(filterOptions(texts, { regex: undefined, sort: 3 })).toEqual(['a1', 'A9', 'b10']);
    expect(filterOptions(texts, { regex: undefined, sort: 5 })).toEqual(['a1', 'A9', 'b10']);
  });

  it('of a variable that asks nobody are those that it lists', () => {
    expect(fixedOptions(variable({ type: 'custom', query: 'a, b : 2,c\\,d' }))).toEqual(['a', '2', 'c,d']);
    expect(fixedOptions(variable({ type: 'interval', query: '1m,10m' }))).toEqual(['1m', '10m']);
    expect(fixedOptions(variable({ type: 'constant', query: 'x' }))).toEqual(['x']);
    expect(fixedOptions(variable({ type: 'textbox', query: 'x', current: { value: 'y' } }))).toEqual(['y']);
    expect(fixedOptions(variable({}))).toBeUndefined();
  });
});

describe('the value of a variable', () => {
  const options = ['a', 'b', 'c'];
  it('is the saved one while it is offered, else the first', () => {
    expect(chooseValue(variable({ current: { value: 'b' } }), options).value).toBe('b');
    expect(chooseValue(variable({ current: { value: 'gone' } }), options).value).toBe('a');
    expect(chooseValue(variable({}), options).value).toBe('a');
    expect(chooseValue(variable({ current: { value: 'kept' } }), []).value).toBe('kept');
  });

  it('of a list are those saved values that are offered', () => {
    const chosen = chooseValue(variable({ multi: true, current: { value: ['b', 'gone', 'c'] } }), options);
    expect(chosen).toEqual({ value: ['b', 'c'], several: true, verbatim: false });
  });

  it('for all is every option, or what was written to stand for all', () => {
    const all = { includeAll: true, multi: true, current: { value: ['$__all'] } };
    expect(chooseValue(variable(all), options)).toEqual({ value: options, several: true, verbatim: false });
    expect(chooseValue(variable({ ...all, allValue: '.+' }), options)).toEqual({
      value: '.+',
      several: true,
      verbatim: true,
    });
  });
});
