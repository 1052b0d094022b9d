import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionPrometheus } from '../../dist/tools/demo/prometheus/provision-prometheus.js';
import { runCommand } from '../../dist/tools/demo/prometheus/run-command.js';
import { startPrometheus } from '../../dist/tools/demo/prometheus/run-prometheus.js';
import { startChild } from '../support/child.mjs';
import { gatewaySeries } from '../support/gateway-series.mjs';
import { median, spread } from '../support/spread.mjs';

const rounds = 9;
const clients = 200;
const herds = 5;

/** Time range of the panel: one hour, epoch seconds. */
const end = Math.floor(Date.now() / 1000 / 3600) * 3600 - 3600;
const start = end - 3600;
const step = 15;
const panel = 'sum by (model) (rate(model_inference_requests_total[5m]))';

const instant = (index) => `/api/v1/query?query=up&time=${end - 1 - index / 1000}`;
const range = (index) =>
  `/api/v1/query_range?query=${encodeURIComponent(panel)}&start=${start}&end=${end}&step=${step}&n=${index}`;

/**
 * Latency that the data source adds to a direct call, beside a proxy that only forwards, and what it saves when many clients send the
 * same query. A real Prometheus with 16 providers of 10 models each; measured alternately.
 */
export async function datasource({ row }) {
  const prometheus = await startUpstream();
  const options = JSON.stringify({ prometheusUrl: prometheus.url, datasource: true, logLevel: 'warn' });
  const service = await startChild(new URL('../support/standalone.mjs', import.meta.url), [options]);
  const bareProxy = await startChild(new URL('../baselines/bare-proxy.mjs', import.meta.url), [prometheus.url]);
  const through = `${service.ready.url}/prometheus`;
  const encodings = ['identity', 'gzip'];
  try {
    const cases = [
      { name: '`up`', path: instant, calls: 500 },
      { name: 'panel', path: range, calls: 100 },
    ];
    for (const { name, path, calls } of cases) {
      for (const encoding of encodings) {
        const bases = { direct: prometheus.url, through, bare: bareProxy.ready.url };
        const { added, addedBare, direct, bytes } = await measureAdded({ path, encoding, calls }, bases);
        row({
          what: `added to a direct call (p50, ms): ${name} ${encoding}, ${bytes} bytes`,
          measured: spread(added),
          target: '≤ 0.7',
          met: median(added) <= 0.7,
          also: `a bare \`node:http\` proxy adds ${spread(addedBare)}, direct ${spread(direct)}`,
        });
      }
    }
    for (const encoding of encodings) {
      const { ratios, direct } = await measureHerd(encoding, prometheus.url, through);
      row({
        what: `${clients} clients query the same panel at once, ${encoding}: total time against direct`,
        measured: spread(ratios, 3),
        target: '≤ 0.1',
        met: median(ratios) <= 0.1,
        also: `direct ${spread(direct)} s`,
      });
    }
  } finally {
    await Promise.all([service.stop(), bareProxy.stop()]);
    await prometheus.stop();
  }
}

/** Sequential calls over one warm connection for each side, alternately; no two calls are equal. */
async function measureAdded({ path, encoding, calls }, { direct, through, bare }) {
  const sides = [direct, through, bare].map((base) => ({ base, agent: new Agent({ keepAlive: true, maxSockets: 1 }) }));
  const added = [];
  const addedBare = [];
  const medians = [];
  let index = 0;
  let bytes = 0;
  for (let round = -1; round < rounds; round += 1) {
    const times = new Map(sides.map((side) => [side, []]));
    for (let call = 0; call < calls; call += 1) {
      // The side that goes first rotates. Round -1 warms all sides up.
      const first = call % sides.length;
      for (const side of [...sides.slice(first), ...sides.slice(0, first)]) {
        index += 1;
        const began = performance.now();
        const answer = await get(side.base + path(index), encoding, side.agent);
        times.get(side).push(performance.now() - began);
        if (side.base === through && answer.origin !== 'miss') throw new Error(`call ${index} was a ${answer.origin}`);
        bytes = answer.bytes;
      }
    }
    if (round < 0) continue;
    const [ofDirect, ofThrough, ofBare] = sides.map((side) => median(times.get(side)));
    added.push(ofThrough - ofDirect);
    addedBare.push(ofBare - ofDirect);
    medians.push(ofDirect);
  }
  for (const { agent } of sides) agent.destroy();
  return { added, addedBare, direct: medians, bytes };
}

/** Many clients on warm connections send the same query at once: time until the last response. */
async function measureHerd(encoding, direct, through) {
  const sides = [direct, through].map((base) => ({ base, agent: new Agent({ keepAlive: true, maxSockets: clients }) }));
  const all = ({ base, agent }, path) =>
    Promise.all(Array.from({ length: clients }, () => get(base + path, encoding, agent)));
  for (const side of sides) await all(side, '/api/v1/query?query=1&time=1');
  const ratios = [];
  const seconds = [];
  for (let herd = 0; herd < herds; herd += 1) {
    const times = new Map();
    for (const side of herd % 2 === 0 ? sides : sides.toReversed()) {
      const began = performance.now();
      await all(side, range(`herd-${herd}`));
      times.set(side, (performance.now() - began) / 1000);
    }
    const [ofDirect, ofThrough] = sides.map((side) => times.get(side));
    ratios.push(ofThrough / ofDirect);
    seconds.push(ofDirect);
  }
  for (const { agent } of sides) agent.destroy();
  return { ratios, direct: seconds };
}

/** Reads a response to its end and discards it. */
function get(url, encoding, agent) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { 'accept-encoding': encoding } }, (response) => {
      let bytes = 0;
      response
        .on('data', (chunk) => {
          bytes += chunk.length;
        })
        .on('end', () => {
          if (response.statusCode === 200) resolve({ bytes, origin: response.headers['x-cache'] });
          else reject(new Error(`${url} returned ${response.statusCode}`));
        })
        .on('error', reject);
    });
    sent.on('error', reject).end();
  });
}

/** A Prometheus with two hours of the panel's series and of `up`, one sample every 15 s. */
async function startUpstream() {
  const { prometheus: binary, promtool } = await provisionPrometheus();
  const folder = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-bench-'));
  const input = join(folder, 'series.txt');
  const dataDir = join(folder, 'data');
  await writeFile(input, series());
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', input, dataDir];
  const { code, output } = await runCommand(promtool, args);
  if (code !== 0) throw new Error(output);
  const running = await startPrometheus({
    binary,
    dataDir,
    configText: '{}',
    extraArgs: ['--storage.tsdb.retention.time=100y'],
  });
  return {
    url: running.url,
    async stop() {
      await running.close();
      await rm(folder, { recursive: true });
    },
  };
}

function series() {
  const lines = [];
  const add = (name, labels, valueAt) => {
    for (let at = start - 3600; at <= end; at += step) {
      lines.push(`${name}{${labels}} ${valueAt(at - start + 3600)} ${at}`);
    }
  };
  for (const { name, labels, base, perSecond } of gatewaySeries(16, 10)) {
    if (name !== 'model_inference_requests_total') continue;
    add(name, labels, (seconds) => Math.floor(base + perSecond * seconds));
  }
  add('up', 'instance="gateway:8000",job="gateway"', () => 1);
  return `${lines.join('\n')}\n# EOF\n`;
}
