// node standalone.mjs <options as JSON>: the standalone service.
import { createLogger } from '../../dist/logger.js';
import { createMetrics } from '../../dist/metrics.js';
import { createStandalone } from '../../dist/standalone.js';

const [given] = process.argv.slice(2);
const metrics = await createMetrics({ env: {}, logLevel: 'info', ...JSON.parse(given) });
const app = createStandalone(metrics, createLogger(metrics.settings));
await app.listen({ host: '127.0.0.1', port: 0 });
process.once('disconnect', () => app.close().then(() => process.exit()));
process.send({ url: `http://127.0.0.1:${app.server.address().port}` });
