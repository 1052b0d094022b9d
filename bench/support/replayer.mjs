// node replayer.mjs <URL of Prometheus> <file with queries>: on each message, sends all queries for the present time, four at once, as
// the plugin would, and reads the responses.
import { readFileSync } from 'node:fs';
import { replay, warmPool } from './get.mjs';

const [url, file] = process.argv.slice(2);
const queries = JSON.parse(readFileSync(file, 'utf8'));
const agent = warmPool(4);

process.on('message', async () => {
  const time = String(Math.floor(Date.now() / 1000) - 5);
  const now = queries.map((query) => ({
    ...query,
    body: query.body.replace(/\btime=[\d.]+/, `time=${time}`),
  }));
  process.send({ ms: await replay(url, now, agent) });
});
process.once('disconnect', () => process.exit());
process.send({});
