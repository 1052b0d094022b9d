import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from './support/child.mjs';
import { get } from './support/get.mjs';
import { startRecordingProxy } from './support/recording-proxy.mjs';
import { median, spread } from './support/spread.mjs';

const rounds = 2;
/** Refreshes per round with the plugin, 20 in total. The baseline needs fewer: fewer turns can only make its delays look smaller. */
const refreshes = 10;
const replays = 3;
/** One per processor: more queries at once would only slow each other down. */
const prometheusConnections = 2;
const endpoints = ['summary', 'all', 'models', 'system', 'providers', 'business', 'performance'];

const beside = (path) => new URL(path, import.meta.url);
const metricsOf = (url, path) => `${url}/prometheus/metrics/${path}`;

/** Effect of the plugin on its host: event loop delay and memory. */
export async function host({ row, gateways }) {
  await smallMemory(await gateways.small(), row);
  await large(await gateways.large(), row);
}

/** Peak memory at 160 pairs with every endpoint warm, and growth over 200 refreshes. */
async function smallMemory(prometheus, row) {
  const bare = await startChild(beside('support/host.mjs'), ['none']);
  const options = { prometheusUrl: prometheus.url, metricsRefreshInterval: '1s' };
  const child = await startChild(beside('support/host.mjs'), [JSON.stringify(options)]);
  try {
    const memory = [];
    for await (const { rss } of refreshesOf(child, endpoints, 200)) memory.push(rss);
    const { peakRss } = await child.ask();
    const alone = (await bare.ask()).peakRss;
    row({
      what: 'peak memory of the host, 16 × 10 pairs, all endpoints warm, 200 refreshes',
      measured: `${peakRss.toFixed(0)} MiB`,
      target: '≤ 110 MiB',
      met: peakRss <= 110,
      also: `without the plugin ${alone.toFixed(0)} MiB`,
    });
    const growth = median(memory.slice(150)) - median(memory.slice(50, 100));
    row({
      what: 'growth from refreshes 50–100 to refreshes 150–200',
      measured: `${growth.toFixed(1)} MiB`,
      target: 'none',
      met: growth < 2,
      also: `from refresh 50 on ${spread(memory.slice(50), 0)} MiB`,
    });
  } finally {
    await Promise.all([child.stop(), bare.stop()]);
  }
}

async function large(prometheus, row) {
  const folder = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-bench-'));
  const proxy = await startRecordingProxy(prometheus.url);
  try {
    const file = join(folder, 'queries.json');
    const plugged = [];
    const bare = [];
    for (let round = 0; round < rounds; round += 1) {
      proxy.exchanges.length = 0;
      const { lateness, every } = await withPlugin(proxy);
      plugged.push(lateness);
      await writeFile(file, JSON.stringify(queriesOfOneRefresh(proxy.exchanges)));
      bare.push(await withoutPlugin(proxy, file, every));
    }
    const seen = refreshes * rounds;
    for (const [name, limit] of [
      ['p999', 2],
      ['max', 10],
    ]) {
      const above = plugged.map((one, index) => one[name] - bare[index][name]);
      row({
        what: `event loop, 30 × 600 pairs, ${seen} refreshes: ${name === 'max' ? 'longest' : 'p99.9'} delay above that of a host without the plugin`,
        measured: `${spread(above, 1)} ms`,
        target: `≤ ${limit} ms`,
        met: median(above) <= limit,
        also: `with ${spread(
          plugged.map((one) => one[name]),
          1,
        )} ms, without ${spread(
          bare.map((one) => one[name]),
          1,
        )} ms`,
      });
    }
    const peak = Math.max(...plugged.map(({ peakRss }) => peakRss));
    row({
      what: 'peak memory of the host, 30 × 600 pairs, `/models` warm',
      measured: `${peak.toFixed(0)} MiB`,
      target: '≤ 350 MiB',
      met: peak <= 350,
    });
    await largeMemory(prometheus, row);
  } finally {
    await proxy.stop();
    await rm(folder, { recursive: true });
  }
}

async function largeMemory(prometheus, row) {
  const options = { prometheusUrl: prometheus.url, metricsMaxSeries: 100_000, prometheusTimeout: '1m' };
  const child = await startChild(beside('support/host.mjs'), [JSON.stringify(options)]);
  for await (const _ of refreshesOf(child, endpoints, 3));
  const { peakRss } = await child.ask();
  await child.stop();
  row({
    what: 'peak memory of the host, 30 × 600 pairs, all endpoints warm, 3 refreshes',
    measured: `${peakRss.toFixed(0)} MiB`,
    target: '≤ 350 MiB',
    met: peakRss <= 350,
  });
}

/** Event loop delays during refreshes; the first, cold refresh is excluded. */
async function withPlugin(proxy) {
  const options = {
    prometheusUrl: proxy.url,
    metricsMaxSeries: 100_000,
    prometheusTimeout: '1m',
    prometheusConnections,
  };
  const child = await startChild(beside('support/host.mjs'), [JSON.stringify(options)]);
  let started = 0;
  let lateness;
  // HEAD: writing seven megabytes to a socket would block any host, and is not part of a refresh.
  for await (const { count } of refreshesOf(child, ['models'], refreshes + 1, 'HEAD')) {
    if (count === 1) {
      await child.ask();
      started = Date.now();
    }
    if (count === refreshes + 1) lateness = await child.ask();
  }
  const every = (Date.now() - started) / refreshes;
  await child.stop();
  return { lateness, every };
}

/** The baseline: another process sends the same queries at the same interval. */
async function withoutPlugin(proxy, file, every) {
  const child = await startChild(beside('support/host.mjs'), ['none']);
  const replayer = await startChild(beside('support/replayer.mjs'), [proxy.url, file]);
  await replayer.ask();
  await child.ask();
  for (let count = 0; count < replays; count += 1) {
    const { ms } = await replayer.ask();
    await delay(Math.max(0, every - ms));
  }
  const lateness = await child.ask();
  await Promise.all([child.stop(), replayer.stop()]);
  return lateness;
}

/**
 * Requests the endpoints twice a second and yields for each new response of the first path, the cold one included. Responses that
 * contain their evaluation timestamp change with every refresh, the others only with a new scrape.
 */
async function* refreshesOf(child, paths, count, method = 'GET') {
  let tag;
  for (let seen = 0; seen < count; ) {
    const answers = await Promise.all(paths.map((path) => get(metricsOf(child.ready.url, path), {}, method)));
    const { etag } = answers[0].headers;
    if (etag !== undefined && etag !== tag) {
      tag = etag;
      seen += 1;
      yield { count: seen, rss: await child.ask('rss') };
    }
    await delay(500);
  }
}

function queriesOfOneRefresh(exchanges) {
  const last = exchanges.findLast(({ method }) => method === 'POST').time;
  return exchanges.filter(({ method, time }) => method === 'POST' && time === last);
}
