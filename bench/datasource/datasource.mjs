// What the datasource adds to a direct call, and what it saves when many ask the same. Ratios and differences of one run,
// direct and through the service in turn. Needs a build. `node bench/datasource/datasource.mjs`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../dist/demo/free-port.js';
import { provisionPrometheus } from '../../dist/demo/provision-prometheus.js';
import { runCommand } from '../../dist/demo/run-command.js';
import { startPrometheus } from '../../dist/demo/run-prometheus.js';
import { gatewaySeries } from '../support/gateway-series.mjs';

const rounds = 5;
const callsPerRound = { up: 1000, panel: 100 };
const clients = 200;
const herdRounds = 7;

/** The hour that the panel shows, epoch seconds. */
const end = Math.floor(Date.now() / 1000 / 3600) * 3600 - 3600;
const start = end - 3600;
const step = 15;
const panel = 'sum by (model) (rate(model_inference_requests_total[5m]))';

/** The same by pair: an answer sixteen times as long, to see what length costs. */
const widePanel = 'sum by (model, provider) (rate(model_inference_requests_total[5m]))';

const folder = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-bench-'));
const stops = [() => rm(folder, { recursive: true, force: true })];
try {
  await main();
} finally {
  for (const stop of stops.reverse()) await stop();
}

async function main() {
  const programs = await provisionPrometheus({ onProgress: (line) => console.error(line) });
  const prometheus = await startUpstream(programs);
  const service = await startService(prometheus.url);
  console.log(`Node ${process.version}, Prometheus ${programs.version}, ${new Date().toISOString().slice(0, 10)}`);

  const instant = (index) => `/api/v1/query?query=up&time=${end - 1 - index / 1000}`;
  const range = (promql) => (index) =>
    `/api/v1/query_range?query=${encodeURIComponent(promql)}&start=${start}&end=${end}&step=${step}&n=${index}`;
  const gzip = { 'accept-encoding': 'gzip' };
  const cases = [
    { name: 'up', path: instant, headers: {}, calls: callsPerRound.up },
    { name: 'up, gzip', path: instant, headers: gzip, calls: callsPerRound.up },
    { name: 'panel', path: range(panel), headers: {}, calls: callsPerRound.panel },
    { name: 'panel, gzip', path: range(panel), headers: gzip, calls: callsPerRound.panel },
    { name: 'panel by pair, gzip', path: range(widePanel), headers: gzip, calls: callsPerRound.panel },
  ];
  for (const one of cases) await measureAdded(one, prometheus.url, service);
  for (const headers of [{}, gzip]) await measureHerd(range(panel), headers, prometheus.url, service);
}

/** Sequential calls over one warm connection each, direct and through in turn; none of them is the same as another. */
async function measureAdded({ name, path, headers, calls }, direct, through) {
  const agents = [new Agent({ keepAlive: true, maxSockets: 1 }), new Agent({ keepAlive: true, maxSockets: 1 })];
  let index = 0;
  const added = [];
  const medians = [];
  let bytes = 0;
  for (let round = -1; round < rounds; round += 1) {
    const times = [[], []];
    for (let call = 0; call < calls; call += 1) {
      for (const [side, base] of [direct, through].entries()) {
        index += 1;
        const began = performance.now();
        bytes = await get(base + path(index), headers, agents[side], side === 1 ? 'miss' : undefined);
        times[side].push(performance.now() - began);
      }
    }
    const [p50Direct, p50Through] = times.map((list) => quantile(list, 0.5));
    // The first round warms both sides up.
    if (round < 0) continue;
    added.push(p50Through - p50Direct);
    medians.push(p50Direct);
  }
  for (const agent of agents) agent.destroy();
  console.log(
    `${name}: direct p50 ${ms(quantile(medians, 0.5))}, added p50 ${ms(quantile(added, 0.5))} ` +
      `(${ms(Math.min(...added))} to ${ms(Math.max(...added))} over ${rounds} rounds of ${calls}), ${bytes} bytes`,
  );
}

/** Many clients on warm connections ask the same at once: the time until the last of them has its answer. */
async function measureHerd(path, headers, direct, through) {
  const agents = [direct, through].map(() => new Agent({ keepAlive: true, maxSockets: clients }));
  const all = (base, side, target) =>
    Promise.all(Array.from({ length: clients }, () => get(base + target, headers, agents[side])));
  for (const [side, base] of [direct, through].entries()) await all(base, side, '/api/v1/query?query=1&time=1');
  const times = [[], []];
  for (let round = 0; round < herdRounds; round += 1) {
    for (const [side, base] of [direct, through].entries()) {
      const began = performance.now();
      await all(base, side, path(`herd-${round}-${side}`));
      times[side].push(performance.now() - began);
    }
  }
  for (const agent of agents) agent.destroy();
  const ratios = times[1].map((time, index) => time / times[0][index]);
  const [p50Direct, p50Through] = times.map((list) => quantile(list, 0.5));
  console.log(
    `${clients} clients, the same panel${'accept-encoding' in headers ? ', gzip' : ''}: ` +
      `direct ${ms(p50Direct)}, through ${ms(p50Through)}, ratio ${quantile(ratios, 0.5).toFixed(3)} ` +
      `(${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)} over ${herdRounds} rounds)`,
  );
}

function get(url, headers, agent, xCache) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk) => {
        bytes += chunk.length;
      });
      response.on('end', () => {
        const { statusCode } = response;
        const cached = response.headers['x-cache'];
        if (statusCode !== 200) reject(new Error(`${url} gave ${statusCode}`));
        else if (xCache !== undefined && cached !== xCache)
          reject(new Error(`${url} was a ${cached}, not a ${xCache}`));
        else resolve(bytes);
      });
      response.on('error', reject);
    });
    sent.on('error', reject).end();
  });
}

async function startUpstream({ prometheus: binary, promtool }) {
  const dataDir = join(folder, 'prometheus');
  const input = join(folder, 'series.txt');
  await writeFile(input, series());
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', input, dataDir];
  const { code, output } = await runCommand(promtool, args);
  if (code !== 0) throw new Error(output);
  const extraArgs = ['--storage.tsdb.retention.time=100y', '--query.max-concurrency=20'];
  const running = await startPrometheus({ binary, dataDir, configText: '{}', extraArgs });
  stops.push(() => running.stop());
  return running;
}

/** Two hours at 15 s of what the panel reads, for 16 providers with 10 models each, and `up`. */
function series() {
  const lines = [];
  const add = (name, labels, valueAt) => {
    for (let at = start - 3600; at <= end; at += 15)
      lines.push(`${name}{${labels}} ${valueAt(at - start + 3600)} ${at}`);
  };
  for (const { name, labels, base, perSecond } of gatewaySeries(16, 10)) {
    if (name !== 'model_inference_requests_total') continue;
    add(name, labels, (seconds) => Math.floor(base + perSecond * seconds));
  }
  add('up', 'instance="gateway:8000",job="gateway"', () => 1);
  return `${lines.join('\n')}\n# EOF\n`;
}

async function startService(prometheusUrl) {
  const port = await freePort();
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  const env = { ...process.env, PROMETHEUS_URL: prometheusUrl, PORT: String(port), LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, [main, 'serve'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const closed = once(child, 'close');
  stops.push(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  const url = `http://127.0.0.1:${port}`;
  for (let look = 0; look < 200; look += 1) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    if (answer?.ok) return `${url}/prometheus`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the service did not start');
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

function ms(value) {
  return `${value.toFixed(2)} ms`;
}
