// node cold.mjs <options as JSON> <path…>: on each message, requests every path from a new `createMetrics` and reports the milliseconds to
// the first response: `ms` with the worker thread already running, `fresh` including its start.
import { createMetrics } from '../../dist/metrics.js';

const [given, ...paths] = process.argv.slice(2);
const options = { env: {}, logLevel: 'error', ...JSON.parse(given) };

async function first(path, threadIsUp) {
  const metrics = await createMetrics(options);
  const ask = (url) => metrics.handle({ method: 'GET', url: `/prometheus/metrics${url}`, headers: {} });
  if (threadIsUp) await ask('');
  const started = performance.now();
  let answer = await ask(path);
  // A request waits eight seconds at most; the next one joins the evaluation in progress.
  while (answer.status === 503 && performance.now() - started < 60_000) answer = await ask(path);
  const ms = performance.now() - started;
  await metrics.close();
  if (answer.status !== 200) throw new Error(`${path} returned ${answer.status}`);
  return { ms, bytes: answer.body.length };
}

process.on('message', async () => {
  const answers = {};
  for (const path of paths) {
    const up = await first(path, true);
    const fresh = await first(path, false);
    answers[path] = { ms: up.ms, fresh: fresh.ms, bytes: up.bytes };
  }
  process.send(answers);
});
process.once('disconnect', () => process.exit());
process.send({});
