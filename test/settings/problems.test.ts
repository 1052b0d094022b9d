import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Options, readSettings, type Settings } from '../../src/settings/read-settings.js';
import { settingsFaults } from '../support/settings-faults.js';
import { withTempFolder } from '../support/temp-folder.js';

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
      'metricsPrefiks: unknown option; did you mean metricsPrefix?',
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
        'PROMETHEUS_CA_FILE: expected the path of a file with PEM certificates, got "/": it is a directory',
      ],
    );
  });

  it('says what is wrong with a certificate, and shows nothing of the file', async () => {
    const good = readFileSync(new URL('../fixtures/tls/localhost.crt', import.meta.url), 'utf8');
    const cases: readonly (readonly [content: string, reason: string])[] = [
      ['kanarienvogel', 'no PEM certificate found in it'],
      ['', 'no PEM certificate found in it'],
      ['-----BEGIN PRIVATE KEY-----\nkanarienvogel\n-----END PRIVATE KEY-----\n', 'no PEM certificate found in it'],
      ['-----BEGIN CERTIFICATE-----\nkanarienvogel\n-----END CERTIFICATE-----\n', 'certificate 1 in it is damaged'],
      [good.slice(0, 200), 'certificate 1 in it is damaged'],
      [`${good}${good.replace('MII', 'MIJ')}`, 'certificate 2 in it is damaged'],
    ];
    await withTempFolder(async (folder) => {
      const path = join(folder, 'ca.pem');
      for (const [content, reason] of cases) {
        await writeFile(path, content);
        expect(settingsFaults(() => fromEnv({ PROMETHEUS_CA_FILE: path }))).toEqual([
          `PROMETHEUS_CA_FILE: expected the path of a file with PEM certificates, got ${JSON.stringify(path)}: ${reason}`,
        ]);
      }
      await writeFile(path, `a comment\n${good}\n${good}`);
      expect(fromEnv({ PROMETHEUS_CA_FILE: path }).prometheusCaFile).toBe(path);
    });
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
