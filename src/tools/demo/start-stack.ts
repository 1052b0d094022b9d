import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createMetrics, type Metrics } from '../../metrics.js';
import { createStandalone } from '../../standalone.js';
import { startSimulatedGateway } from './gateway/simulated-gateway.js';
import { provisionPrometheus } from './prometheus/provision-prometheus.js';
import { startPrometheus } from './prometheus/run-prometheus.js';
import { startSimulatedHealthService } from './simulated-health-service.js';

export interface StackOptions {
  /** Port of the service on 127.0.0.1. */
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
  /** Closes everything and removes the database. May be called more than once. */
  close(): Promise<void>;
}

/**
 * Starts the demo: a simulated gateway, a simulated Health Service, a real Prometheus that scrapes the gateway and this
 * service, and the service itself. If one part cannot be started, the others are closed.
 */
export async function startStack({ port, seed, onProgress }: StackOptions): Promise<Stack> {
  const closers: (() => Promise<unknown>)[] = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= closeAll(closers));
  try {
    const { prometheus: binary, version } = await provisionPrometheus({ onProgress });
    const gateway = await startSimulatedGateway({ seed });
    closers.push(() => gateway.close());
    const healthService = await startSimulatedHealthService({ seed });
    closers.push(() => healthService.close());

    const dataDir = await mkdtemp(join(tmpdir(), 'gatewayz-metrics-demo-'));
    closers.push(() => rm(dataDir, { recursive: true, force: true }));
    onProgress(`Starting Prometheus ${version}`);
    const configText = prometheusConfig(new URL(gateway.url).host, port);
    const prometheus = await startPrometheus({ binary, dataDir, configText });
    closers.push(() => prometheus.close());

    const log = pino({ level: 'silent' });
    const metrics = await createMetrics({
      env: {},
      port,
      prometheusUrl: prometheus.url,
      healthServiceUrl: healthService.url,
      // Both on, as with `serve` on a loopback address.
      datasource: true,
      metricsConsole: true,
      logger: log,
    });
    const service = createStandalone(metrics, log);
    closers.push(() => service.close());
    await service.listen({ host: '127.0.0.1', port });
    const urls = {
      service: `http://127.0.0.1:${port}`,
      prometheus: prometheus.url,
      gateway: gateway.url,
      healthService: healthService.url,
    };
    return { metrics, urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Closes in reverse order, so that nothing loses what it depends on; a failure does not keep the others open. */
async function closeAll(closers: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const close of [...closers].reverse()) await close().catch(() => undefined);
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
