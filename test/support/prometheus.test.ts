import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startTestPrometheus } from './prometheus.js';
import { until } from './until.js';

async function serveMetrics(text: string) {
  const server = createServer((_request, response) => response.end(text)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { target: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

describe('startTestPrometheus', () => {
  it('scrapes targets and evaluates rules', async () => {
    const backend = await serveMetrics('answer 42\n');
    const prometheus = await startTestPrometheus({
      scrape: [backend.target],
      rules: 'groups: [{ name: test, rules: [{ record: twice, expr: answer * 2 }] }]',
    });
    try {
      const found = await until(async () => (await prometheus.vector('twice'))[0], { what: 'the rule has a value' });
      expect(found).toEqual({ labels: { instance: backend.target, job: 'test' }, value: '84' });
      expect(await prometheus.query('scalar(answer)', Date.now())).toEqual({
        resultType: 'scalar',
        result: [expect.any(Number), '42'],
      });
    } finally {
      await prometheus.close();
      backend.close();
    }
  });

  it('takes scrape configuration as YAML, and flags', async () => {
    const backend = await serveMetrics('answer 42\n');
    const prometheus = await startTestPrometheus({
      scrape: `[{ job_name: gateway, static_configs: [{ targets: ['${backend.target}'], labels: { env: test } }] }]`,
      flags: ['--query.max-samples=1'],
    });
    try {
      const labels = { instance: backend.target, job: 'gateway', env: 'test' };
      const look = async () => (await prometheus.vector('answer')).length === 1;
      await until(look, { what: 'the target was scraped' });
      expect(await prometheus.vector('answer')).toEqual([{ labels, value: '42' }]);
      await expect(prometheus.query('{job="gateway"}')).rejects.toThrow('too many samples');
    } finally {
      await prometheus.close();
      backend.close();
    }
  });

  it('tells what is wrong with an expression or with series', async () => {
    await expect(startTestPrometheus({ series: 'up 1\n# EOF\n' })).rejects.toThrow('expected timestamp');
    const prometheus = await startTestPrometheus();
    try {
      await expect(prometheus.query('sum(')).rejects.toThrow('Prometheus refuses sum(: ');
      await expect(prometheus.vector('1')).rejects.toThrow('1 gives a scalar, not a vector');
    } finally {
      await prometheus.close();
    }
  });
});
