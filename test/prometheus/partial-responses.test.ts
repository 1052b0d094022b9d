import { describe, expect, test } from 'vitest';
import { reply } from '../support/fake-upstream-behaviours.js';
import { errorOf, instant, startClient } from './start-client.js';

const { signal } = new AbortController();
const vector = { resultType: 'vector', result: [{ metric: {}, value: [instant / 1000, '500'] }] };

const forms = [
  ['a VictoriaMetrics cluster', { isPartial: true }, ''],
  ['Thanos', { warnings: ['No StoreAPIs matched for this query'] }, ': No StoreAPIs matched for this query'],
  ['Mimir', { warnings: ['PromQL info: a', 'partial data: 1 of 3 zones'] }, ': partial data: 1 of 3 zones'],
  ['promxy', { warnings: ['error from http://a: connection refused'] }, ': error from http://a: connection refused'],
] as const;

describe('a response that says of itself that it is incomplete is an error, not a value,', () => {
  test.each(forms)('in the form of %s, of a query', async (_, marks, detail) => {
    const { fake, ask } = await startClient();
    fake.behave(reply(JSON.stringify({ status: 'success', ...marks, data: vector })));
    expect(await errorOf(ask())).toMatchObject({
      code: 'upstream_partial',
      message: `Prometheus at ${fake.url} returned an incomplete response${detail}`,
    });
  });

  test.each(forms)('in the form of %s, of label values', async (_, marks) => {
    const { fake, client } = await startClient();
    fake.behave(reply(JSON.stringify({ status: 'success', ...marks, data: ['up'] })));
    const values = client.labelValues('__name__', undefined, instant, signal);
    expect(await errorOf(values)).toMatchObject({ code: 'upstream_partial' });
  });

  test('also when it is long enough to be decoded while it arrives', async () => {
    const { fake, ask } = await startClient({ prometheusMaxBody: 64 * 1024 * 1024 });
    const result = Array.from({ length: 5000 }, (_, n) => ({ metric: { n: `${n}` }, value: [instant / 1000, '1'] }));
    const data = { resultType: 'vector', result };
    for (const document of [
      { status: 'success', isPartial: true, data },
      { status: 'success', data, warnings: ['a store is down'] },
    ]) {
      fake.behaveOnce(reply(JSON.stringify(document)));
      expect(await errorOf(ask())).toMatchObject({ code: 'upstream_partial' });
    }
  });
});

test('a response with PromQL annotations only is complete', async () => {
  const { fake, ask } = await startClient();
  const warnings = ['PromQL warning: quantile value should be between 0 and 1', 'PromQL info: not a counter'];
  fake.behave(reply(JSON.stringify({ status: 'success', isPartial: false, data: vector, warnings, infos: ['x'] })));
  expect((await ask()).vector).toEqual([{ labels: {}, value: '500' }]);
});
