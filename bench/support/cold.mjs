// First values of a fresh process: `node cold.mjs <options as JSON> <path…>`. On every message it asks for the paths, each
// in metrics of its own, and sends for each the milliseconds of the first answer: `ms` where the thread is up already, as
// after the first scrape of the process, `fresh` where it starts with this request.
import { createMetrics } from '../../dist/metrics.js';

const [given, ...paths] = process.argv.slice(2);
const options = { env: {}, logLevel: 'error', ...JSON.parse(given) };

async function first(path, threadIsUp) {
  const metrics = await createMetrics(options);
  const ask = (url) => metrics.handle({ method: 'GET', url: `/prometheus/metrics${url}`, headers: {} });
  if (threadIsUp) await ask('');
  const started = performance.now();
  let answer = await ask(path);
  // A request waits eight seconds at most; who asks again shares what goes on meanwhile.
  while (answer.status === 503 && performance.now() - started < 60_000) answer = await ask(path);
  const ms = performance.now() - started;
  await metrics.close();
  if (answer.status !== 200) throw new Error(`${path} gave ${answer.status}`);
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
