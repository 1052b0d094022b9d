import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from './support/child.mjs';
import { get } from './support/get.mjs';
import { sendLoad } from './support/load.mjs';
import { startRecordingProxy } from './support/recording-proxy.mjs';
import { median, spread } from './support/spread.mjs';

const endpoints = ['summary', 'all', 'models', 'system', 'providers', 'business', 'performance'];
const beside = (path) => new URL(path, import.meta.url);

/** Load on Prometheus: query seconds of a whole refresh, evaluations under load, and what recording rules save. */
export async function upstream({ row, gateways }) {
  const [small, large] = await Promise.all([gateways.small(), gateways.large()]);
  await Promise.all([small.filled(), large.filled()]);
  await querySeconds(small, { refreshes: 9, most: 0.08 }, row);
  await underLoad(small, row);
  await querySeconds(large, { refreshes: 3, most: 6 }, row);
}

async function querySeconds(prometheus, { refreshes, most }, row) {
  const { size } = prometheus;
  const proxy = await startRecordingProxy(prometheus.url);
  try {
    const raw = await secondsOfRefreshes(proxy, refreshes, false);
    row({
      what: `query seconds of a whole refresh, ${size}`,
      measured: `${spread(raw, 3)} s`,
      target: `≤ ${most} s`,
      met: median(raw) <= most,
      also: `${countOf(proxy.exchanges)} queries`,
    });
    await prometheus.setRules(await readFile(beside('../deploy/prometheus/rules/gatewayz-recording.yml'), 'utf8'));
    // Long enough for two rule evaluations older than the evaluation timestamp.
    await delay(75_000);
    const recorded = await secondsOfRefreshes(proxy, refreshes, true);
    const group = await secondsOfRules(prometheus.url);
    row({
      what: `query seconds with \`METRICS_RECORDED=true\`, ${size}`,
      measured: `${spread(recorded, 3)} s`,
      also: `evaluating the rules takes ${group.toFixed(3)} s every 30 s`,
    });
  } finally {
    await prometheus.setRules('groups: []\n');
    await proxy.stop();
  }
}

/** Query seconds of each refresh, the cold one included. */
async function secondsOfRefreshes(proxy, count, metricsRecorded) {
  const options = { prometheusUrl: proxy.url, metricsMaxSeries: 100_000, prometheusTimeout: '1m', metricsRecorded };
  const child = await startChild(beside('support/host.mjs'), [JSON.stringify(options)]);
  proxy.exchanges.length = 0;
  const tags = new Set();
  while (tags.size < count) {
    await Promise.all(endpoints.map((path) => get(`${child.ready.url}/prometheus/metrics/${path}`)));
    const { headers } = await get(`${child.ready.url}/prometheus/metrics/all`);
    if (headers.etag !== undefined) tags.add(headers.etag);
    await delay(500);
  }
  await child.stop();
  const byTime = groupBy(proxy.exchanges, ({ time }) => time);
  return [...byTime.values()].slice(0, count).map((all) => all.reduce((sum, { ms }) => sum + ms, 0) / 1000);
}

/** Full load for twenty seconds, then none, then one endpoint only. */
async function underLoad(prometheus, row) {
  const proxy = await startRecordingProxy(prometheus.url);
  const options = { prometheusUrl: proxy.url, metricsIdleAfter: '20s', logLevel: 'warn' };
  const child = await startChild(beside('support/standalone.mjs'), [JSON.stringify(options)]);
  const url = `${child.ready.url}/prometheus/metrics`;
  proxy.exchanges.length = 0;
  const load = await sendLoad({ url: `${url}/all`, connections: 20, seconds: 20 });
  const times = new Map();
  for (const { time, expression } of proxy.exchanges) {
    const key = `${time} ${expression}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  const most = Math.max(...times.values());
  row({
    what: `evaluations per expression and evaluation timestamp under ${Math.round(load.requests / load.seconds)} requests/s`,
    measured: `${most}`,
    target: '1',
    met: most === 1,
    also: `${load.requests} responses, ${new Set(proxy.exchanges.map(({ time }) => time)).size} evaluation timestamps`,
  });
  await delay(25_000);
  proxy.exchanges.length = 0;
  await delay(15_000);
  row({
    what: 'queries while idle, in 15 s',
    measured: `${proxy.exchanges.length}`,
    target: '0',
    met: proxy.exchanges.length === 0,
  });
  await get(`${url}/business`);
  const others = proxy.exchanges.filter(({ expression }) => /fastapi|database|inference/.test(expression));
  row({
    what: 'queries for other endpoints while only `/business` is requested',
    measured: `${others.length}`,
    target: '0',
    met: others.length === 0,
    also: `${proxy.exchanges.length} for its own`,
  });
  await child.stop();
  await proxy.stop();
}

function countOf(exchanges) {
  return Math.max(...[...groupBy(exchanges, ({ time }) => time).values()].map((all) => all.length));
}

/** Duration of the last evaluation of all rule groups, from Prometheus's own metrics. */
async function secondsOfRules(url) {
  const { body } = await get(`${url}/metrics`);
  const values = [...body.toString().matchAll(/^prometheus_rule_group_last_duration_seconds\{.*\} (\S+)$/gm)];
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
