// node host.mjs <plugin options as JSON, or "none">: a Fastify host. Sends its URL; replies to `ask` with the event loop delay since the
// last `ask` (ms) and its peak memory (MiB), and to `rss` with its present memory (MiB).
import { monitorEventLoopDelay } from 'node:perf_hooks';
import fastify from 'fastify';
import { setupPrometheusRoutes } from '../../dist/index.js';

const [given] = process.argv.slice(2);
const app = fastify();
app.get('/constant', () => ({ status: 'ok' }));
if (given !== 'none') await setupPrometheusRoutes(app, { env: {}, ...JSON.parse(given) });
await app.listen({ host: '127.0.0.1', port: 0 });

// Enabled by the first `ask`: a timer every millisecond is not free.
const delay = monitorEventLoopDelay({ resolution: 1 });

process.on('message', (message) => {
  if (message === 'rss') return process.send(process.memoryUsage.rss() / 2 ** 20);
  const milliseconds = (nanoseconds) => nanoseconds / 1e6;
  process.send({
    p50: milliseconds(delay.percentile(50)),
    p999: milliseconds(delay.percentile(99.9)),
    max: milliseconds(delay.max),
    turns: delay.count,
    peakRss: process.resourceUsage().maxRSS / 2 ** 10,
  });
  delay.reset();
  return delay.enable();
});
process.once('disconnect', () => app.close().then(() => process.exit()));
process.send({ url: `http://127.0.0.1:${app.server.address().port}` });
