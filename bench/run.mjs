// npm run bench [-- name…]: measures what the README of this folder shows. Needs a build, and a machine that does little else.
import { cpus } from 'node:os';
import { answers } from './answers.mjs';
import { cold } from './cold.mjs';
import { datasource } from './datasource/datasource.mjs';
import { host } from './host.mjs';
import { upstream } from './upstream.mjs';

const benches = { answers, cold, datasource, upstream, host };

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`there is no bench ${unknown.join(', ')}; there is ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

const { version } = await import('fastify/package.json', { with: { type: 'json' } }).then((module) => module.default);
console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, Fastify ${version}, ${cpus().length} CPUs`,
);
for (const [name, run] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n## ${name}\n\n| what | measured | target | |\n| --- | --- | --- | --- |`);
  await run({
    row: ({ what, measured, target = '', met, also = '' }) => {
      const verdict = met === undefined ? '' : met ? 'met' : '**missed**';
      console.log(`| ${what} | ${measured}${also === '' ? '' : `; ${also}`} | ${target} | ${verdict} |`);
    },
  });
}
