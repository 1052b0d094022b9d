import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { startChild } from './support/child.mjs';
import { get } from './support/get.mjs';
import { median, spread } from './support/spread.mjs';

const rounds = 11;
const seconds = 1;
const connections = 16;

const beside = (path) => new URL(path, import.meta.url);

/**
 * How fast warm answers are: requests per second of the standalone service against a bare `node:http` server that gives the
 * same bytes, headers included, and of the Fastify plugin against the same Fastify answering them from constants. Each pair in
 * turn, back and forth.
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
          const asked = { url: `${url}/prometheus/metrics${path}`, headers: { 'accept-encoding': encoding } };
          const { body, headers } = await wholeAnswer(asked);
          const file = join(folder, 'body');
          await writeFile(file, body);
          const { pathname } = new URL(asked.url);
          const other = await startChild(beside(`baselines/${baseline}.mjs`), [
            file,
            JSON.stringify(headers),
            pathname,
          ]);
          const { ratios, perSecond } = await inTurn(asked, { ...asked, url: other.ready.url });
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

/** The bytes as they come over the wire, and the headers, but for those of the connection. */
async function wholeAnswer({ url, headers: asked }) {
  const { status, headers, body } = await get(url, asked);
  if (status !== 200) throw new Error(`${url} gave ${status}`);
  const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...fixed } = headers;
  return { body, headers: fixed };
}

async function inTurn(subject, baseline) {
  const ratios = [];
  const perSecond = [];
  for (let round = -1; round < rounds; round += 1) {
    // Back and forth, so that a machine that gets slower or faster meanwhile favours neither; the first round warms both up.
    const rates = { subject: 0, baseline: 0 };
    rates.subject += await rateOf(subject);
    rates.baseline += await rateOf(baseline);
    rates.baseline += await rateOf(baseline);
    rates.subject += await rateOf(subject);
    if (round < 0) continue;
    ratios.push(rates.subject / rates.baseline);
    perSecond.push(rates.subject / 2);
  }
  return { ratios, perSecond };
}

async function rateOf({ url, headers }) {
  const result = await autocannon({ url, headers, connections, duration: seconds });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed`);
  return result.requests.total / result.duration;
}
