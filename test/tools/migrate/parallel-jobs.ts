import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodeHandler } from '../../../src/adapters/node.js';
import { createMetrics } from '../../../src/metrics.js';
import { type FakeHealthService, startFakeHealthService } from '../../support/fake-health-service.js';
import { startTestPrometheus, type TestPrometheus } from '../../support/prometheus.js';
import { until } from '../../support/until.js';
import { startFakeExporter } from './fake-exporter.js';

/** A Health Service, the imitated exporter and this service polling it every second, and a Prometheus that scrapes both. */
export interface ParallelJobs {
  readonly health: FakeHealthService;
  readonly prometheus: TestPrometheus;
  /** Waits until Prometheus has had values of both jobs for so many seconds; of a family that both polls fill by default. */
  seenFor(seconds: number, family?: string): Promise<void>;
  /** Waits until both jobs have been scraped so many seconds after the call. */
  later(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export interface ParallelOptions {
  /** The `scrape_configs` of Prometheus as YAML, for the ports of the exporter and of this service. */
  readonly scrape: (exporter: number, service: number) => string | Promise<string>;
  /** What this service's scrape target sends is passed through this. */
  readonly alter?: (text: string) => string;
}

export async function startParallelJobs({ scrape, alter }: ParallelOptions): Promise<ParallelJobs> {
  const health = await startFakeHealthService();
  const exporter = await startFakeExporter(health.url, 1000);
  const metrics = await createMetrics({
    env: {},
    prometheusUrl: 'http://127.0.0.1:1',
    healthServiceUrl: health.url,
    healthScrapeInterval: '1s',
    metricsStaleLimit: '3s',
    metricsWorker: false,
    logger: { info() {}, warn() {}, error() {} },
  });
  const answer = nodeHandler(metrics);
  const server = createServer(async (request, response) => {
    if (alter === undefined) return answer(request, response);
    const { body } = await metrics.handle({ method: 'GET', url: request.url ?? '/', headers: {} });
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(alter(Buffer.from((body as Uint8Array | undefined) ?? []).toString('utf8')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const prometheus = await startTestPrometheus({ scrape: await scrape(exporter.port, port) });
  return {
    health,
    prometheus,
    async seenFor(seconds, family = 'gatewayz_health_total_models') {
      const query = `count(${family} offset ${seconds}s)`;
      const isOver = async () => (await prometheus.vector(query))[0]?.value === '2';
      await until(isOver, { what: `both jobs have been seen for ${seconds} s`, within: 30_000, every: 100 });
    },
    async later(seconds) {
      const start = Date.now() / 1000;
      const query = 'min(timestamp(gatewayz_health_service_up))';
      const isOver = async () => Number((await prometheus.vector(query))[0]?.value ?? 0) > start + seconds;
      await until(isOver, { what: `scrapes ${seconds} s from now`, within: 30_000, every: 100 });
    },
    async close() {
      await prometheus.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([metrics.close(), exporter.close()]);
      await health.close();
    },
  };
}
