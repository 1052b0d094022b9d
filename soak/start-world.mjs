import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulatedGateway } from '../dist/tools/demo/gateway/simulated-gateway.js';
import { provisionPrometheus } from '../dist/tools/demo/prometheus/provision-prometheus.js';
import { startPrometheus } from '../dist/tools/demo/prometheus/run-prometheus.js';
import { startSimulatedHealthService } from '../dist/tools/demo/simulated-health-service.js';
import { startFaultProxy } from './start-fault-proxy.mjs';

/** Starts a simulated gateway, a real Prometheus that scrapes it, a simulated Health Service, and fault proxies in front of the last two. */
export async function startWorld(seed) {
  const ends = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const { prometheus: binary } = await provisionPrometheus({ onProgress: console.error });
    const gateway = await startSimulatedGateway({ seed });
    ends.push(() => gateway.close());
    const healthService = await startSimulatedHealthService({ seed });
    ends.push(() => healthService.close());
    const dataDir = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-soak-'));
    ends.push(() => rm(dataDir, { recursive: true, force: true }));
    const { host } = new URL(gateway.url);
    const configText = `scrape_configs: [{job_name: gatewayz, scrape_interval: 1s, static_configs: [{targets: ['${host}']}]}]\n`;
    const prometheus = await startPrometheus({ binary, dataDir, configText });
    ends.push(() => prometheus.close());
    const prometheusProxy = await startFaultProxy(prometheus.url);
    ends.push(() => prometheusProxy.close());
    const healthServiceProxy = await startFaultProxy(healthService.url);
    ends.push(() => healthServiceProxy.close());
    return {
      prometheus: prometheusProxy,
      healthService: healthServiceProxy,
      prometheusUrl: prometheusProxy.url,
      healthServiceUrl: healthServiceProxy.url,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
