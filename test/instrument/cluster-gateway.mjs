// A gateway in three cluster workers, as docs/instrument.md describes it. The primary prints the aggregated metrics and exits.
import cluster from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import { createGatewayMetrics } from '../../dist/instrument/index.js';

if (cluster.isPrimary) {
  const registry = new AggregatorRegistry();
  let ready = 0;
  for (let worker = 0; worker < 3; worker += 1) {
    cluster.fork({ WORKER: String(worker) }).on('message', async (message) => {
      if (message !== 'ready') return;
      ready += 1;
      if (ready < 3) return;
      process.stdout.write(await registry.clusterMetrics());
      cluster.disconnect();
    });
  }
} else {
  new AggregatorRegistry();
  const worker = Number(process.env.WORKER);
  const instruments = createGatewayMetrics();
  AggregatorRegistry.setRegistries([instruments.registry]);
  instruments.recordInference({ provider: 'p', model: 'm', status: 'success', seconds: 1 });
  instruments.trackRequest({ method: 'GET', path: '/open' });
  instruments.setProviderHealth({ provider: 'p', availability: true, errorRate: worker / 100 });
  instruments.setProviderHealth({ provider: 'q', availability: worker !== 1 });
  instruments.setActiveApiKeys('active', 234);
  instruments.setTrials('active', 12 + worker);
  instruments.setSubscriptions({ planType: 'pro', billingCycle: 'monthly', count: 45 });
  instruments.setCacheSize({ cache: 'auth', bytes: 100 * worker });
  if (worker === 0) await instruments.metrics();
  process.send('ready');
}
