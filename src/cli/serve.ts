import { Command } from 'commander';
import { createMetrics } from '../metrics.js';
import { isLoopback } from '../settings/loopback.js';
import { readSettings } from '../settings/read-settings.js';
import { listenError } from './listen-error.js';
import { servesDatasource } from './serves-datasource.js';

/** Milliseconds that requests in flight have to finish after the first signal; a second signal does not wait. */
const shutdownDeadline = 10_000;

export function serveCommand(): Command {
  return new Command('serve')
    .description('Serve the endpoints; settings come from the environment.')
    .action(async () => {
      const settings = readSettings();
      const { createLogger } = await import('../logger.js');
      const { createStandalone } = await import('../standalone.js');
      const log = await createLogger(settings);
      const metrics = await createMetrics({ logger: log, datasource: servesDatasource(settings) });
      const app = createStandalone(metrics, log);
      const { host, port } = settings;
      if (!isLoopback(host) && settings.metricsTokensFile === undefined) {
        log.warn({ host }, 'everybody who can reach this address may read the metrics: set METRICS_TOKENS_FILE');
      }
      await app.listen({ host, port }).catch((error: unknown) => {
        throw listenError(error, `${host}:${port}`, 'HOST and PORT');
      });
      void metrics.ready();
      await new Promise<void>((resolve) => {
        let stopping = false;
        const stop = (signal: NodeJS.Signals): void => {
          if (stopping) process.exit(1);
          stopping = true;
          log.info({ signal }, 'stopping');
          setTimeout(() => app.server.closeAllConnections(), shutdownDeadline).unref();
          void app.close().then(resolve);
        };
        process.on('SIGTERM', stop).on('SIGINT', stop);
      });
      await log.close();
      // A log line that nobody reads must not keep the process alive.
      process.exit();
    });
}
