// npm run bench [-- name…]: produces the tables of this folder's README. Needs an otherwise idle machine and about 90 minutes.
import { cpus } from 'node:os';
import { answers } from './answers.mjs';
import { cold } from './cold.mjs';
import { datasource } from './datasource/datasource.mjs';
import { host } from './host.mjs';
import { startGatewayPrometheus } from './support/gateway-prometheus.mjs';
import { upstream } from './upstream.mjs';

// Benches that need five full minutes of samples run last.
const benches = { answers, datasource, host, cold, upstream };

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`expected one of ${Object.keys(benches).join(', ')}, got ${unknown.join(', ')}`);
  process.exit(2);
}

const started = new Map();
/** All benches share one Prometheus for each gateway size. */
function gateway(name, size) {
  const known = started.get(name) ?? startGatewayPrometheus(size, interrupted.signal);
  started.set(name, known);
  return known;
}
const interrupted = new AbortController();
const stopAll = () => Promise.allSettled([...started.values()].map(async (prometheus) => (await prometheus).stop()));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    interrupted.abort();
    void stopAll().then(() => process.exit(1));
  });
}

const gateways = {
  small: () => gateway('small', { providers: 16, models: 10 }),
  large: () => gateway('large', { providers: 30, models: 600 }),
};

const { version: fastify } = await import('fastify/package.json', { with: { type: 'json' } }).then((it) => it.default);
const { version } = await gateways.small();
const date = new Date().toISOString().slice(0, 10);
console.log(`${date}, Node ${process.version}, Fastify ${fastify}, Prometheus ${version}, ${cpus().length} CPUs`);
try {
  for (const [name, run] of Object.entries(benches)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`\n## ${name}\n\n| what | measured | target | |\n| --- | --- | --- | --- |`);
    await run({
      gateways,
      row: ({ what, measured, target = '', met, also = '' }) => {
        const verdict = met === undefined ? '' : met ? 'met' : '**missed**';
        console.log(`| ${what} | ${measured}${also === '' ? '' : `; ${also}`} | ${target} | ${verdict} |`);
      },
    });
  }
} finally {
  await stopAll();
}
