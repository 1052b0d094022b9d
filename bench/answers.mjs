import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './support/child.mjs';
import { get } from './support/get.mjs';
import { requestsPerSecond } from './support/load.mjs';
import { median, spread } from './support/spread.mjs';

const rounds = 11;
const seconds = 1;
const connections = 16;

const beside = (path) => new URL(path, import.meta.url);

/**
 * Throughput of warm responses: the standalone service against a bare `node:http` server with the same bytes and headers, and
 * the Fastify plugin against a Fastify route that returns them as constants. Each pair is measured alternately.
 */
export async function answers({ row, gateways }) {
  const prometheus = await gateways.small();
  const folder = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-bench-'));
  const options = JSON.stringify({ prometheusUrl: prometheus.url, logLevel: 'warn' });
  const standalone = await startChild(beside('support/standalone.mjs'), [options]);
  const host = await startChild(beside('support/host.mjs'), [options]);
  try {
    const subjects = [
      { name: 'standalone', url: standalone.ready.url, baseline: 'bare-http', target: 0.9 },
      { name: 'Fastify plugin', url: host.ready.url, baseline: 'constant-fastify', target: 0.95 },
    ];
    for (const { name, url, baseline, target } of subjects) {
      for (const path of ['/summary', '/all']) {
        for (const encoding of ['identity', 'gzip']) {
          const warm = { url: `${url}/prometheus/metrics${path}`, headers: { 'accept-encoding': encoding } };
          const { body, headers } = await fetchWhole(warm);
          const file = join(folder, 'body');
          await writeFile(file, body);
          const { pathname } = new URL(warm.url);
          const other = await startChild(beside(`baselines/${baseline}.mjs`), [
            file,
            JSON.stringify(headers),
            pathname,
          ]);
          const { ratios, perSecond } = await measureAlternately(warm, { ...warm, url: other.ready.url });
          await other.stop();
          row({
            what: `${name}, \`${path}\` ${encoding}, ${body.length} bytes`,
            measured: spread(ratios),
            target: `≥ ${target}`,
            met: median(ratios) >= target,
            also: `${Math.round(median(perSecond))} requests/s`,
          });
        }
      }
    }
  } finally {
    await Promise.all([standalone.stop(), host.stop()]);
    await rm(folder, { recursive: true });
  }
}

/** Body as sent over the wire, and all headers except those of the connection. */
async function fetchWhole({ url, headers: sent }) {
  const { status, headers, body } = await get(url, sent);
  if (status !== 200) throw new Error(`${url} returned ${status}`);
  const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...fixed } = headers;
  return { body, headers: fixed };
}

async function measureAlternately(subject, baseline) {
  const ratios = [];
  const perSecond = [];
  for (let round = -1; round < rounds; round += 1) {
    // A-B-B-A, so that drift of the machine's speed favors neither side. Round -1 warms both up.
    const rates = { subject: 0, baseline: 0 };
    rates.subject += await requestsPerSecond({ ...subject, connections, seconds });
    rates.baseline += await requestsPerSecond({ ...baseline, connections, seconds });
    rates.baseline += await requestsPerSecond({ ...baseline, connections, seconds });
    rates.subject += await requestsPerSecond({ ...subject, connections, seconds });
    if (round < 0) continue;
    ratios.push(rates.subject / rates.baseline);
    perSecond.push(rates.subject / 2);
  }
  return { ratios, perSecond };
}
