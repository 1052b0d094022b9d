import { describe, expect, it } from 'vitest';
import { type Options, readSettings, type Settings } from '../../src/settings.js';
import { settingsFaults } from '../support/settings-faults.js';

const fromEnv = (env: Record<string, string | undefined>): Settings => readSettings({ env });
const fromOptions = (options: Options): Settings => readSettings({ env: {}, ...options });

describe('the error', () => {
  it('tells all faults at once, under the name that was used', () => {
    const faults = settingsFaults(() =>
      readSettings({
        prometheusTimeout: '1.5h',
        ...{ metricsPrefiks: '/x' },
        env: {
          PORT: 'http',
          METRICS_SELECTOR: 'env=p',
          PROMETHEUS_TIMEOUT: 'not looked at',
          PROMETHEUS_USERNAME: 'me',
        },
      }),
    );
    expect(faults).toEqual([
      'metricsPrefiks: there is no such option; did you mean metricsPrefix?',
      'prometheusTimeout: expected a duration such as "5s" or "1h30m", or a number of seconds, above 0 and at most 1h, got "1.5h"',
      'PORT: expected a whole number from 0 to 65535, got "http"',
      [
        'METRICS_SELECTOR: expected PromQL matchers such as env="production", got "env=p": unexpected "p" (line 1, column 5)',
        '    env=p',
        '        ^',
      ].join('\n'),
      'PROMETHEUS_USERNAME: expected a password with it (PROMETHEUS_PASSWORD or prometheusPassword), got none',
    ]);
  });

  it('says where credentials of a URL belong', () => {
    expect(settingsFaults(() => fromEnv({ PROMETHEUS_URL: 'http://me:secret@prometheus:9090' }))[0]).toMatch(
      /, got a value of 32 characters: .*PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD$/,
    );
  });

  it('says why a file cannot be read', () => {
    expect(settingsFaults(() => fromEnv({ PROMETHEUS_TOKEN_FILE: '/nowhere/token', PROMETHEUS_CA_FILE: '/' }))).toEqual(
      [
        'PROMETHEUS_TOKEN_FILE: expected the path of a file that can be read, got "/nowhere/token": there is no such file',
        'PROMETHEUS_CA_FILE: expected the path of a file that can be read, got "/": it is a folder',
      ],
    );
  });

  it.each([
    ['x'.repeat(100), `"${'x'.repeat(58)}…`],
    ['"\n', '"\\"\\n"'],
    [Number.NaN, 'NaN'],
    [null, 'null'],
    [['a'], 'an array'],
    [{ a: 'b' }, 'a value of type object'],
    [5n, '5'],
    [() => 'a', 'a value of type function'],
  ])('shows %o quoted and shortened', (value, shown) => {
    expect(settingsFaults(() => fromOptions({ port: value } as unknown as Options))[0]?.split(', got ')[1]).toBe(shown);
  });

  it('never shows a secret, whatever is wrong with it', () => {
    const canary = 'kanarienvogel';
    const attempts: Options[] = [
      { prometheusToken: `${canary} ` },
      { prometheusPassword: canary },
      { prometheusPassword: `${canary}\n`, prometheusUsername: 'me' },
      { prometheusToken: canary, prometheusUsername: 'me', prometheusPassword: canary },
      { prometheusToken: { canary } as unknown as string },
      { prometheusToken: [canary] as unknown as string },
      { env: { PROMETHEUS_TOKEN: `\t${canary}`, PROMETHEUS_PASSWORD: `\0${canary}` } },
      { env: { PROMETHEUS_TOKEN: canary, PORT: 'x' } },
      { prometheusPasword: canary } as Options,
      ...['prometheusUrl', 'healthServiceUrl', 'lokiUrl'].flatMap((name): Options[] =>
        [
          `http://me:${canary}@host`,
          `http://${canary}@host`,
          `http://me:${canary}`,
          `http//me:${canary}@host`,
          `ftp://me:${canary}@host`,
          `http://host/?token=${canary}`,
          `http://host/#${canary}`,
        ].flatMap((value) => [{ [name]: value }]),
      ),
    ];
    for (const options of attempts) {
      const [fault, ...others] = settingsFaults(() => readSettings({ env: {}, ...options }));
      expect([fault, ...others].join('\n')).not.toContain(canary);
    }
  });

  it('says how long a secret is', () => {
    expect(settingsFaults(() => fromEnv({ PROMETHEUS_TOKEN: 'two words' }))[0]).toMatch(
      /, got a value of 9 characters$/,
    );
  });
});
