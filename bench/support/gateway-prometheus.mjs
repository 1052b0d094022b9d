import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { provisionPrometheus } from '../../dist/tools/demo/prometheus/provision-prometheus.js';
import { startPrometheus } from '../../dist/tools/demo/prometheus/run-prometheus.js';

/** Milliseconds for the two scrapes that a rate needs. */
const filled = 45_000;
/** Milliseconds until every 5-minute window is full. */
const full = 5 * 60_000;

/**
 * A real Prometheus that scrapes a gateway of this size every 15 seconds.
 *
 * @param {{ providers: number, models: number }} size
 * @param {AbortSignal} signal aborts the wait for samples
 * @returns {Promise<GatewayPrometheus>}
 *
 * @typedef {object} GatewayPrometheus
 * @property {string} url
 * @property {string} version
 * @property {string} size For row titles, such as `16 × 10 pairs`.
 * @property {() => Promise<void>} filled Resolves when five minutes of samples exist.
 * @property {(rules: string) => Promise<void>} setRules Replaces the rule file; evaluated every 30 seconds.
 * @property {() => Promise<void>} stop
 */
export async function startGatewayPrometheus({ providers, models }, signal) {
  const programs = await provisionPrometheus();
  const dataDir = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-bench-'));
  const target = fork(new URL('series-target.mjs', import.meta.url), [String(providers), String(models)]);
  const [{ port }] = await once(target, 'message');
  const setRules = (rules) => writeFile(join(dataDir, 'rules.yml'), rules);
  await setRules('groups: []\n');
  const configText = JSON.stringify({
    global: { scrape_interval: '15s', evaluation_interval: '30s' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'gateway', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  });
  const prometheus = await startPrometheus({ binary: programs.prometheus, dataDir, configText });
  const stop = async () => {
    target.disconnect();
    await prometheus.close();
    await rm(dataDir, { recursive: true });
  };
  let since;
  try {
    since = await firstScrape(prometheus.url);
    await delay(Math.max(0, since + filled - Date.now()), undefined, { signal });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: prometheus.url,
    version: programs.version,
    size: `${providers} × ${models} pairs`,
    filled: () => delay(Math.max(0, since + full - Date.now()), undefined, { signal }),
    async setRules(rules) {
      await setRules(rules);
      process.kill(prometheus.pid, 'SIGHUP');
    },
    stop,
  };
}

/** Resolves with the time of the first successful scrape, epoch milliseconds. */
async function firstScrape(url) {
  for (;;) {
    const response = await fetch(`${url}/api/v1/query?query=up%7Bjob%3D%22gateway%22%7D`);
    const { data } = await response.json();
    if (data.result[0]?.value[1] === '1') return Date.now();
    await delay(500);
  }
}
