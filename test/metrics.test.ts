import { expect, test } from 'vitest';
import { createMetrics } from '../src/metrics.js';

const logger = { info() {}, warn() {}, error() {} };

/** Variables of a host, in the words of its platform and its own logger. */
const hostsOwn = {
  HOST: 'https://gateway.example/',
  PORT: String.raw`\\.\pipe\b1c2`,
  LOG_LEVEL: 'verbose',
  LOKI_URL: 'https://me:secret@loki.example',
};

test('what a host has in HOST, PORT and for its logger does not stop its start', async () => {
  const metrics = await createMetrics({ env: { ...hostsOwn, METRICS_PREFIX: '/p' }, logger });
  expect(metrics.settings).toMatchObject({ metricsPrefix: '/p', host: '127.0.0.1', port: 8000 });
  await metrics.close();
});

test('of these, what is used is refused, and so is everything else that cannot be used, at once', async () => {
  const env = { ...hostsOwn, PROMETHEUS_URL: 'nowhere', METRICS_MAX_SERIES: '0' };
  const faults = async (options: object) => {
    const error: unknown = await createMetrics({ env, ...options }).catch((reason: unknown) => reason);
    return String(error).match(/[A-Z_]{4,}(?=: expected)/g);
  };
  expect(await faults({})).toEqual(['PROMETHEUS_URL', 'METRICS_MAX_SERIES', 'LOG_LEVEL', 'LOKI_URL']);
  expect(await faults({ logger })).toEqual(['PROMETHEUS_URL', 'METRICS_MAX_SERIES']);
});
