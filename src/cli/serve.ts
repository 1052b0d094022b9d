import { Command } from 'commander';
import { createMetrics } from '../metrics.js';
import { readSettings } from '../settings.js';

/** Milliseconds that requests in flight have to finish after the first signal. */
const shutdownDeadline = 10_000;

export function serveCommand(): Command {
  return new Command('serve')
    .description('Serve the endpoints; settings come from the environment.')
    .action(async () => {
      const settings = readSettings();
      const { createLogger } = await import('../logger.js');
      const { createStandalone } = await import('../standalone.js');
      const log = createLogger(settings);
      const metrics = await createMetrics({ logger: log });
      const app = createStandalone(metrics, log);
      const { host, port } = settings;
      await app.listen({ host, port });
      void metrics.ready();
      await new Promise<void>((resolve) => {
        let stopping = false;
        const stop = (signal: NodeJS.Signals): void => {
          if (stopping) process.exit(1);
          stopping = true;
          log.info({ signal }, 'stopping');
          setTimeout(() => process.exit(1), shutdownDeadline).unref();
          void app.close().then(resolve);
        };
        process.on('SIGTERM', stop).on('SIGINT', stop);
      });
    });
}
