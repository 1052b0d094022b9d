import { describe, expect, it } from 'vitest';
import { type Options, readSettings, type Settings, settingsTable } from '../../src/settings/read-settings.js';
import { settingsFaults } from '../support/settings-faults.js';

const fromEnv = (env: Record<string, string | undefined>): Settings => readSettings({ env });
const fromOptions = (options: Options): Settings => readSettings({ env: {}, ...options });

describe('readSettings without anything given', () => {
  it('gives the documented defaults', () => {
    const unset = undefined;
    expect(readSettings({ env: {} })).toStrictEqual({
      prometheusUrl: 'http://prometheus:9090',
      prometheusToken: unset,
      prometheusTokenFile: unset,
      prometheusUsername: unset,
      prometheusPassword: unset,
      prometheusTenant: unset,
      prometheusCaFile: unset,
      prometheusTimeout: 10_000,
      prometheusConnections: 4,
      prometheusMaxBody: 64 * 1024 * 1024,
      healthServiceUrl: unset,
      healthScrapeInterval: 30_000,
      healthTimeout: 10_000,
      host: '127.0.0.1',
      port: 8000,
      metricsPrefix: '/prometheus',
      metricsRefreshInterval: 5000,
      metricsEvaluationDelay: 5000,
      metricsIdleAfter: 300_000,
      metricsStaleLimit: 300_000,
      metricsPreset: ['gatewayz'],
      metricsSelector: [],
      metricsMarker: { label: 'reexported_by', value: 'gatewayz-metrics' },
      metricsMaxInterval: 60_000,
      metricsMaxSeries: 20_000,
      metricsRecorded: false,
      metricsTokensFile: unset,
      metricsConsole: unset,
      metricsHosts: unset,
      metricsOpen: false,
      metricsWorker: true,
      datasource: unset,
      logLevel: 'info',
      lokiUrl: unset,
    });
  });

  it('gives frozen plain data that survives being posted to a worker', () => {
    const settings = fromOptions({ metricsSelector: 'env="p"' });
    expect(structuredClone(settings)).toStrictEqual(settings);
    for (const part of [settings, settings.metricsMarker, settings.metricsSelector, settings.metricsSelector[0]]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('reads the environment of the process', () => {
    const before = process.env['METRICS_MAX_SERIES'];
    process.env['METRICS_MAX_SERIES'] = '123';
    try {
      expect(readSettings().metricsMaxSeries).toBe(123);
      expect(readSettings({ env: {} }).metricsMaxSeries).toBe(20_000);
    } finally {
      if (before === undefined) delete process.env['METRICS_MAX_SERIES'];
      else process.env['METRICS_MAX_SERIES'] = before;
    }
  });
});

describe('the order of sources', () => {
  const env = { PORT: '1' };

  it('takes the option before the environment, and the environment before the default', () => {
    expect(readSettings({ port: 2, env }).port).toBe(2);
    expect(readSettings({ env }).port).toBe(1);
    expect(readSettings({ env: {} }).port).toBe(8000);
  });

  it('does not take a deliberate 0 or false for unset', () => {
    expect(readSettings({ port: 0, env }).port).toBe(0);
    expect(readSettings({ metricsWorker: false, env: { METRICS_WORKER: 'true' } }).metricsWorker).toBe(false);
  });

  it('takes an undefined option for unset', () => {
    expect(readSettings({ port: undefined, env }).port).toBe(1);
  });

  it('takes an empty variable for unset, and an empty option at its word', () => {
    for (const { env: name, option } of settingsTable) {
      if (name === undefined || option === 'metricsMarker') continue;
      expect(fromEnv({ [name]: '' })).toStrictEqual(readSettings({ env: {} }));
    }
    expect(settingsFaults(() => fromOptions({ prometheusUrl: '' }))).toHaveLength(1);
  });

  it('takes an empty METRICS_MARKER for off', () => {
    expect(fromEnv({ METRICS_MARKER: '', METRICS_SELECTOR: 'env="p"' }).metricsMarker).toBeUndefined();
    expect(fromOptions({ metricsMarker: '', metricsSelector: 'env="p"' }).metricsMarker).toBeUndefined();
  });

  it('reads the datasource switch from options only', () => {
    expect(fromOptions({ datasource: true }).datasource).toBe(true);
    expect(fromEnv({ DATASOURCE: 'true', METRICS_DATASOURCE: 'true' }).datasource).toBeUndefined();
  });
});

describe('the types', () => {
  it('have undefined only where there is no default', () => {
    const settings = fromOptions({ port: undefined, prometheusTimeout: '5s', metricsIdleAfter: 60, logLevel: 'warn' });
    const timeout: number = settings.prometheusTimeout;
    const level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' = settings.logLevel;
    // @ts-expect-error there is no default
    const token: string = settings.prometheusToken;
    // @ts-expect-error frozen
    expect(() => (settings.port = 1)).toThrow(TypeError);
    expect([timeout, level, token]).toEqual([5000, 'warn', undefined]);
  });
});
