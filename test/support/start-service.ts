import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { composeMetrics, type Metrics } from '../../src/metrics.js';
import type { Options } from '../../src/settings/read-settings.js';
import { type ConnectionLimits, createStandalone } from '../../src/standalone.js';

export interface StartedService {
  readonly url: string;
  readonly port: number;
  readonly metrics: Metrics;
  /** Connections that are open on the side of the service. */
  readonly connections: () => Promise<number>;
  /** Lines of the log, from debug on, as they came. */
  readonly log: readonly string[];
}

/** Short enough to be waited for, long enough for an honest client on a busy machine. */
const limits: ConnectionLimits = {
  headersTimeout: 3_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 100,
  keepAliveTimeout: 60_000,
  responseTimeout: 60_000,
  datasourceTimeout: 60_000,
};

/** The standalone service in this thread, on a free port of 127.0.0.1 until the test has finished; with the datasource. */
export async function startService(options: Options, given: Partial<ConnectionLimits> = {}): Promise<StartedService> {
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const { metrics, observe } = await composeMetrics({
    env: {},
    metricsWorker: false,
    datasource: true,
    logger,
    ...options,
  });
  const app = createStandalone(metrics, logger, { limits: { ...limits, ...given }, observe });
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { url, port, metrics, connections: promisify(app.server.getConnections.bind(app.server)), log };
}
