import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createMetrics, type Metrics } from '../metrics.js';
import { createStandalone } from '../standalone.js';
import { provisionPrometheus } from './provision-prometheus.js';
import { startPrometheus } from './run-prometheus.js';
import { startSimulatedGateway } from './simulated-gateway.js';
import { startSimulatedHealthService } from './simulated-health-service.js';

export interface StackOptions {
  /** Of the service, on 127.0.0.1. */
  readonly port: number;
  /** The same seed gives the same traffic. */
  readonly seed: number;
  readonly onProgress: (line: string) => void;
}

export interface Stack {
  readonly metrics: Metrics;
  readonly urls: {
    readonly service: string;
    readonly prometheus: string;
    readonly gateway: string;
    readonly healthService: string;
  };
  /** Ends everything that was started, and removes the database. May be called twice. */
  stop(): Promise<void>;
}

/**
 * A simulated gateway, a simulated Health Service, a real Prometheus that scrapes the gateway and our scrape target, and
 * the service in front. If one part cannot be started, those that were are ended again.
 */
export async function startStack({ port, seed, onProgress }: StackOptions): Promise<Stack> {
  const ends: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= endAll(ends);
    return stopped;
  };
  try {
    const { prometheus: binary, version } = await provisionPrometheus({ onProgress });
    const gateway = await startSimulatedGateway({ seed });
    ends.push(() => gateway.stop());
    const healthService = await startSimulatedHealthService({ seed });
    ends.push(() => healthService.stop());

    const dataDir = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-demo-'));
    ends.push(() => rm(dataDir, { recursive: true, force: true }));
    onProgress(`Starting Prometheus ${version}`);
    const configText = prometheusConfig(new URL(gateway.url).host, port);
    const prometheus = await startPrometheus({ binary, dataDir, configText });
    ends.push(() => prometheus.stop());

    const log = pino({ level: 'silent' });
    const metrics = await createMetrics({
      env: {},
      port,
      prometheusUrl: prometheus.url,
      healthServiceUrl: healthService.url,
      // As `serve` has it on loopback.
      datasource: true,
      logger: log,
    });
    const service = createStandalone(metrics, log);
    ends.push(() => service.close());
    await service.listen({ host: '127.0.0.1', port });
    const urls = {
      service: `http://127.0.0.1:${port}`,
      prometheus: prometheus.url,
      gateway: gateway.url,
      healthService: healthService.url,
    };
    return { metrics, urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** In reverse, so that nothing loses what it depends on; one that fails to end does not keep the others running. */
async function endAll(ends: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const end of [...ends].reverse()) await end().catch(() => undefined);
}

function prometheusConfig(gateway: string, port: number): string {
  return `global:
  scrape_interval: 1s
scrape_configs:
  - job_name: gatewayz
    static_configs:
      - targets: ['${gateway}']
  - job_name: gatewayz_metrics
    metrics_path: /prometheus/metrics
    static_configs:
      - targets: ['127.0.0.1:${port}']
`;
}
