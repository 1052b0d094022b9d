import Fastify from 'fastify';
import { afterEach, expect, test, vi } from 'vitest';
import { hostLogger } from '../src/host-logger.js';
import { readSettings } from '../src/settings/read-settings.js';

const settings = readSettings({ env: {} });

afterEach(() => {
  vi.restoreAllMocks();
});

test('a logger of the host is used as it is', async () => {
  const logger = { info() {}, warn() {}, error() {} };
  expect(await hostLogger(logger, settings)).toBe(logger);
});

test('a host whose logger discards everything, as Fastify’s default, is told of errors on standard error', async () => {
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const logger = await hostLogger(Fastify().log, settings);
  logger.info({}, 'started');
  logger.warn({}, 'careful');
  logger.error({}, 'the worker thread cannot be used');
  expect(told.mock.calls).toEqual([['gatewayz-metrics: the worker thread cannot be used\n']]);
});
