import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { listeningAt, runCli, startCli } from '../support/run-cli.js';
import { withTempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

// On a machine that has other work.
vi.setConfig({ testTimeout: 120_000 });

const canary = 'kanarienvogel';
const reader = 'gwm_zeisig';
const stranger = 'gwm_stieglitz';
/** All that must not be seen, as it is or in a form that it was sent in. */
const secrets = [canary, Buffer.from(`me:${canary}`).toString('base64'), reader, stranger];

async function parrot(): Promise<FakePrometheus> {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  fake.labels({ __name__: ['fastapi_requests_total'], job: ['gateway'] });
  fake.answer(() => [{ labels: {}, value: '1' }]);
  return fake;
}

/**
 * Whatever it is asked, it says what it was sent, in all places that an answer has, with another status each time. To the
 * datasource not in JSON: what Prometheus itself says to a client is handed on.
 */
function parrots(fake: FakePrometheus): void {
  const statuses = [401, 400, 403, 422, 429, 500, 502, 503, 302, 200];
  let turn = 0;
  fake.behave((response, { headers, promql }) => {
    const told = headers.authorization ?? '';
    const status = statuses[turn % statuses.length]!;
    turn += 1;
    const asJson = turn % 2 === 0 && promql !== 'up';
    response.writeHead(status, {
      'content-type': asJson ? 'application/json' : 'text/plain',
      location: `http://127.0.0.1:1/${encodeURIComponent(told)}?${told}`,
      'www-authenticate': told,
      'x-told': told,
    });
    response.end(asJson ? JSON.stringify({ status: 'error', errorType: told, error: told }) : `you said ${told}`);
  });
}

describe('a secret is in no log line, no answer and no output:', () => {
  const waysIn: Readonly<Record<string, (folder: string) => Promise<Record<string, string>>>> = {
    'a token': async () => ({ PROMETHEUS_TOKEN: canary }),
    'a token in a file': async (folder) => {
      await writeFile(join(folder, 'token'), canary);
      return { PROMETHEUS_TOKEN_FILE: join(folder, 'token') };
    },
    'a password': async () => ({ PROMETHEUS_USERNAME: 'me', PROMETHEUS_PASSWORD: canary }),
  };

  test.each(Object.keys(waysIn))('%s, whatever Prometheus says about it', async (way) => {
    await withTempFolder(async (folder) => {
      const fake = await parrot();
      const tokens = join(folder, 'readers');
      const digest = createHash('sha256').update(reader).digest('hex');
      await writeFile(tokens, `grafana * sha256:${digest}\n`);
      const cli = startCli(['serve'], {
        PORT: '0',
        LOG_LEVEL: 'trace',
        PROMETHEUS_URL: fake.url,
        METRICS_REFRESH_INTERVAL: '200ms',
        METRICS_EVALUATION_DELAY: '0s',
        METRICS_TOKENS_FILE: tokens,
        ...(await waysIn[way]!(folder)),
      });
      onTestFinished(() => cli.kill('SIGKILL'));
      const url = await listeningAt(cli);
      const seen: string[] = [];
      const ask = async (path: string, token: string): Promise<number> => {
        const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
        seen.push(JSON.stringify([...response.headers]), await response.text());
        return response.status;
      };
      const askAll = async (): Promise<void> => {
        for (const path of ['/summary', '/system', '/all', '/docs', '', '/nowhere']) {
          await ask(`/prometheus/metrics${path}`, reader);
          await ask(`/prometheus/metrics${path}?token=${reader}`, stranger);
        }
        for (let call = 0; call < 12; call += 1) await ask(`/prometheus/api/v1/query?query=up&time=${call}`, reader);
      };
      await until(async () => (await ask('/prometheus/metrics/summary', reader)) === 200, {
        what: 'there is a summary',
      });
      expect(fake.requests.at(-1)?.headers.authorization).toMatch(/^Bearer|^Basic/);
      await askAll();
      parrots(fake);
      const before = fake.requests.length;
      await until(() => fake.requests.length > before + 12, { what: 'it was told everything', within: 40_000 });
      await askAll();
      await writeFile(tokens, `grafana ${reader}\n`);
      await until(() => cli.stdout.some((line) => line.includes('expected NAME SCOPES')), {
        what: 'the fault is logged',
      });
      cli.kill('SIGTERM');
      expect(await cli.ended).toBe(0);

      const all = [...cli.stdout, ...cli.stderr, ...seen].join('\n');
      expect(all).toContain('upstream_');
      for (const secret of secrets) expect(all.toLowerCase()).not.toContain(secret.toLowerCase());
    });
  });

  test('the environment, in what other commands print', async () => {
    await withTempFolder(async (folder) => {
      const fake = await parrot();
      parrots(fake);
      await writeFile(
        join(folder, 'docker-compose.yml'),
        `services:\n  health-service-exporter:\n    environment:\n      PROMETHEUS_TOKEN: ${canary}\n`,
      );
      const env = { PROMETHEUS_URL: fake.url, PROMETHEUS_TOKEN: canary, LOG_LEVEL: 'trace' };
      const commands = [
        ['docs'],
        ['rules'],
        ['dashboards', '--out', join(folder, 'out')],
        ['check', '--url', 'http://127.0.0.1:1', '--json'],
        ['migrate', 'plan', '--root', folder, '--json'],
        ['migrate', 'apply', '--root', folder, '--phase', 'remove', '--target', 'a:1', '--force', '--dry-run'],
      ];
      for (const args of commands) {
        const { code, stdout, stderr } = await runCli(args, env);
        expect([args, code, stderr.slice(0, 500)]).toEqual([args, args[0] === 'check' ? 1 : 0, stderr.slice(0, 500)]);
        expect(`${stdout}${stderr}`).not.toContain(canary);
      }
      for (const faulty of [{ PROMETHEUS_TOKEN: `${canary} ` }, { PROMETHEUS_PASSWORD: canary }, { PORT: 'x' }]) {
        const { code, stdout, stderr } = await runCli(['serve'], { ...env, ...faulty });
        expect(code).toBe(2);
        expect(`${stdout}${stderr}`).not.toContain(canary);
      }
    });
  });
});
