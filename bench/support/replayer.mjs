// Another process that asks what the plugin would: `node replayer.mjs <URL of Prometheus> <file with questions>`. On every
// message it asks all of them again, at the present time, four at once, and reads the answers.
import { readFileSync } from 'node:fs';
import { replay, warmPool } from './get.mjs';

const [url, file] = process.argv.slice(2);
const questions = JSON.parse(readFileSync(file, 'utf8'));
const agent = warmPool(4);

process.on('message', async () => {
  const time = String(Math.floor(Date.now() / 1000) - 5);
  const now = questions.map((question) => ({
    ...question,
    body: question.body.replace(/\btime=[\d.]+/, `time=${time}`),
  }));
  process.send({ ms: await replay(url, now, agent) });
});
process.once('disconnect', () => process.exit());
process.send({});
