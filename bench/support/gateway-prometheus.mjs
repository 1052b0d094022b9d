import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { provisionPrometheus } from '../../dist/demo/provision-prometheus.js';
import { startPrometheus } from '../../dist/demo/run-prometheus.js';

/** Two scrapes are the least that a rate needs; five minutes of them are what it reads in everyday life. */
const filled = 5 * 60_000;

/**
 * A real Prometheus that has scraped a gateway of this size every 15 seconds for five minutes.
 *
 * @param {{ providers: number, models: number, rules?: string, filledFor?: number }} options `rules`: text of a rule file
 * @returns {Promise<{ url: string, pid: number, version: string, series: number, stop: () => Promise<void> }>}
 */
export async function startGatewayPrometheus({ providers, models, rules, filledFor = filled }) {
  const programs = await provisionPrometheus();
  const dataDir = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-bench-'));
  const target = fork(new URL('series-target.mjs', import.meta.url), [String(providers), String(models)]);
  const [{ port, series }] = await once(target, 'message');
  const { writeFile } = await import('node:fs/promises');
  if (rules !== undefined) await writeFile(join(dataDir, 'rules.yml'), rules);
  const configText = JSON.stringify({
    global: { scrape_interval: '15s', evaluation_interval: '30s' },
    rule_files: rules === undefined ? [] : ['rules.yml'],
    scrape_configs: [{ job_name: 'gateway', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  });
  const prometheus = await startPrometheus({ binary: programs.prometheus, dataDir, configText });
  const stop = async () => {
    target.disconnect();
    await prometheus.stop();
    await rm(dataDir, { recursive: true });
  };
  try {
    const since = await firstScrape(prometheus.url);
    await delay(Math.max(0, since + filledFor - Date.now()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: prometheus.url, pid: prometheus.pid, version: programs.version, series, stop };
}

/** When the first scrape was there, epoch milliseconds. */
async function firstScrape(url) {
  for (;;) {
    const response = await fetch(`${url}/api/v1/query?query=up%7Bjob%3D%22gateway%22%7D`);
    const { data } = await response.json();
    if (data.result[0]?.value[1] === '1') return Date.now();
    await delay(500);
  }
}
