import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../src/duration.js';
import { type Options, readSettings, type Settings, settingsTable } from '../../src/settings/read-settings.js';
import { settingsFaults } from '../support/settings-faults.js';
import { withTempFolder } from '../support/temp-folder.js';

const fromEnv = (env: Record<string, string | undefined>): Settings => readSettings({ env });
const fromOptions = (options: Options): Settings => readSettings({ env: {}, ...options });

describe('values that are accepted', () => {
  const accepted: [keyof Options & keyof Settings, unknown, unknown][] = [
    ['prometheusUrl', 'https://mimir.example:9009/prometheus/', 'https://mimir.example:9009/prometheus'],
    ['prometheusUrl', ' HTTP://Prometheus:9090 ', 'http://prometheus:9090'],
    ['prometheusUrl', 'http://[::1]:9090', 'http://[::1]:9090'],
    ['prometheusToken', 'abc.DEF-1_2~+/=', 'abc.DEF-1_2~+/='],
    ['prometheusTenant', 'team-a|team-b', 'team-a|team-b'],
    ['prometheusTimeout', '1m30s', 90_000],
    ['prometheusTimeout', '100ms', 100],
    ['prometheusTimeout', 2.5, 2500],
    ['prometheusTimeout', '2.5', 2500],
    ['prometheusTimeout', ' 7 ', 7000],
    ['metricsStaleLimit', '1y', 365 * 86_400_000],
    ['metricsEvaluationDelay', 0, 0],
    ['metricsEvaluationDelay', '0s', 0],
    ['prometheusMaxBody', 1024, 1024],
    ['prometheusMaxBody', '1024', 1024],
    ['prometheusMaxBody', '10MB', 10_000_000],
    ['prometheusMaxBody', '2GiB', 2 ** 31],
    ['prometheusMaxBody', '8 kib', 8192],
    ['prometheusMaxBody', '5B', 5],
    ['prometheusConnections', '16', 16],
    ['host', '::', '::'],
    ['host', 'localhost', 'localhost'],
    ['host', 'my-host.example', 'my-host.example'],
    ['port', '65535', 65_535],
    ['port', 0, 0],
    ['metricsPrefix', '/', ''],
    ['metricsPrefix', '/a/b-c_d.e~f/', '/a/b-c_d.e~f'],
    [
      'metricsSelector',
      'env="p",job=~"a|b"',
      [
        { label: 'env', op: '=', value: 'p' },
        { label: 'job', op: '=~', value: 'a|b' },
      ],
    ],
    ['metricsSelector', '{env!="p"}', [{ label: 'env', op: '!=', value: 'p' }]],
    ['metricsMarker', '{copied="yes"}', { label: 'copied', value: 'yes' }],
    ['metricsOpen', '1', true],
    ['metricsOpen', 'TRUE', true],
    ['metricsOpen', true, true],
    ['metricsWorker', '0', false],
    ['metricsWorker', 'False', false],
    ['metricsRecorded', 'true', true],
    ['logLevel', 'DEBUG', 'debug'],
    ['logLevel', 'silent', 'silent'],
    ['lokiUrl', 'http://loki:3100/', 'http://loki:3100'],
  ];

  it.each(accepted)('%s: %j', (option, value, expected) => {
    expect(fromOptions({ [option]: value })[option]).toStrictEqual(expected);
    const name = settingsTable.find((entry) => entry.option === option)?.env;
    if (typeof value === 'string' && name !== undefined) {
      expect(fromEnv({ [name]: value })[option]).toStrictEqual(expected);
    }
  });

  it('user name and password together', () => {
    expect(fromOptions({ prometheusUsername: 'me', prometheusPassword: 'my: pass' })).toMatchObject({
      prometheusUsername: 'me',
      prometheusPassword: 'my: pass',
    });
  });

  it('files that can be read, keeping their paths', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'file');
      await writeFile(path, 'content');
      const certificate = fileURLToPath(new URL('../fixtures/tls/localhost.crt', import.meta.url));
      const files = { prometheusTokenFile: path, prometheusCaFile: certificate, metricsTokensFile: path };
      expect(fromOptions(files)).toMatchObject(files);
    });
  });

  it('any duration within bounds, however it is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 365 * 86_400_000 }), (milliseconds) => {
        const text = formatDuration(milliseconds);
        expect(fromOptions({ metricsIdleAfter: text }).metricsIdleAfter).toBe(milliseconds);
        expect(fromEnv({ METRICS_IDLE_AFTER: String(milliseconds / 1000) }).metricsIdleAfter).toBe(milliseconds);
      }),
    );
  });
});

describe('values that are refused', () => {
  const refused: [keyof Options, unknown][] = [
    ['prometheusUrl', 'prometheus:9090'],
    ['prometheusUrl', 'ftp://prometheus:9090'],
    ['prometheusUrl', 'http://'],
    ['prometheusUrl', 'http://prometheus:99999'],
    ['prometheusUrl', 'http://prometheus/?'],
    ['prometheusUrl', 'http://prometheus/?a=b'],
    ['prometheusUrl', 'http://prometheus/#top'],
    ['prometheusUrl', 'http://prome theus/'],
    ['prometheusUrl', null],
    ['prometheusUrl', 5],
    ['healthServiceUrl', 'http://user:pass@health'],
    ['lokiUrl', 'http://user@loki'],
    ['prometheusToken', ''],
    ['prometheusToken', 'two words'],
    ['prometheusToken', 'line\n'],
    ['prometheusTenant', 'é'],
    ...['5 s', '1.5h', '-5s', '-1', '0', '0s', '0.0001', '61m', '1y', '', 'soon', '1e3', '5,5'].map(
      (value): [keyof Options, unknown] => ['prometheusTimeout', value],
    ),
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, true, null, {}, []].map(
      (value): [keyof Options, unknown] => ['prometheusTimeout', value],
    ),
    ['metricsStaleLimit', '1y1ms'],
    ['metricsRefreshInterval', '25h'],
    ['metricsEvaluationDelay', '-1s'],
    ...['', '0', '-1', '1.5', '1e3', '10 pounds', '64Mi', '1.5GiB', '9999999999GiB', 0, -1, 1.5, Number.NaN].map(
      (value): [keyof Options, unknown] => ['prometheusMaxBody', value],
    ),
    ...[0, 1001, 1.5, '', '4.0', '0x10', true].map((value): [keyof Options, unknown] => [
      'prometheusConnections',
      value,
    ]),
    ['metricsMaxSeries', 0],
    ['port', 65_536],
    ['port', -1],
    ['port', '80a'],
    ['host', ''],
    ['host', '[::1]'],
    ['host', 'localhost:8000'],
    ['host', 'http://localhost'],
    ...['', 'prometheus', '//', '/a//b', '/a?b', '/a#b', '/a b', '/..', '/a/../b', '/./a', '/:id', '/*', '/%2e'].map(
      (value): [keyof Options, unknown] => ['metricsPrefix', value],
    ),
    ['metricsSelector', 'env=p'],
    ['metricsSelector', '__name__="up"'],
    ['metricsSelector', 'env="a"} or {env="b"'],
    ['metricsMarker', 'a!="b"'],
    ['metricsMarker', 'job="b"'],
    ...['yes', '2', '', 1, null].map((value): [keyof Options, unknown] => ['metricsWorker', value]),
    ['datasource', 'maybe'],
    ['logLevel', 'verbose'],
    ['logLevel', ''],
    ['prometheusCaFile', '/nowhere/ca.pem'],
    ['prometheusCaFile', '/'],
    ['prometheusCaFile', 'a\0b'],
  ];

  it.each(refused)('%s: %j', (option, value) => {
    const faults = settingsFaults(() => fromOptions({ [option]: value }));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${option}: expected [^,]{4}.*, got `, 's'));
  });

  it('user name without password, and password without user name', () => {
    expect(settingsFaults(() => fromOptions({ prometheusUsername: 'me' }))).toEqual([
      'prometheusUsername: expected a password with it (PROMETHEUS_PASSWORD or prometheusPassword), got none',
    ]);
    expect(settingsFaults(() => fromEnv({ PROMETHEUS_PASSWORD: 'x' }))).toEqual([
      'PROMETHEUS_PASSWORD: expected a user name with it (PROMETHEUS_USERNAME or prometheusUsername), got none',
    ]);
    expect(settingsFaults(() => fromOptions({ prometheusUsername: 'a:b', prometheusPassword: 'c' }))).toHaveLength(1);
  });

  it('more than one way to authenticate', async () => {
    await withTempFolder(async (folder) => {
      const path = join(folder, 'token');
      await writeFile(path, 'x');
      const both = { PROMETHEUS_TOKEN: 'x', PROMETHEUS_TOKEN_FILE: path };
      expect(settingsFaults(() => fromEnv(both))).toEqual([
        'PROMETHEUS_TOKEN, PROMETHEUS_TOKEN_FILE: expected one of them, got both',
      ]);
      const basic = { prometheusUsername: 'me', prometheusPassword: 'x' };
      const message = 'prometheusUsername: expected a token, or a user name and password, got both';
      expect(settingsFaults(() => readSettings({ ...basic, env: { PROMETHEUS_TOKEN: 'x' } }))).toEqual([
        `PROMETHEUS_TOKEN, ${message}`,
      ]);
      expect(settingsFaults(() => fromOptions({ ...basic, prometheusTokenFile: path }))).toEqual([
        `prometheusTokenFile, ${message}`,
      ]);
    });
  });

  it('no marker without a base selector', () => {
    const message = 'expected a base selector while off (METRICS_SELECTOR or metricsSelector), got none';
    expect(settingsFaults(() => fromEnv({ METRICS_MARKER: '' }))).toEqual([`METRICS_MARKER: ${message}`]);
    expect(settingsFaults(() => fromOptions({ metricsMarker: ' ', metricsSelector: '{}' }))).toEqual([
      `metricsMarker: ${message}`,
    ]);
    expect(settingsFaults(() => fromEnv({ METRICS_MARKER: '', METRICS_SELECTOR: 'bad' }))[0]).toMatch(
      /^METRICS_SELECTOR/,
    );
  });

  it.each([
    ['prometheusURL', '; did you mean prometheusUrl?'],
    ['PROMETHEUS_URL', '; did you mean prometheusUrl?'],
    ['metricsRefreshIntervall', '; did you mean metricsRefreshInterval?'],
    ['metricRefreshIntrval', '; did you mean metricsRefreshInterval?'],
    ['porf', '; did you mean port?'],
    ['authorise', ''],
    ['colour', ''],
  ])('the unknown option %s', (name, hint) => {
    expect(settingsFaults(() => fromOptions({ [name]: 'x' } as Options))).toEqual([`${name}: unknown option${hint}`]);
  });
});
