import { Command } from 'commander';
import { composeMetrics } from '../metrics.js';
import { isLoopback } from '../settings/loopback.js';
import { readSettings } from '../settings/read-settings.js';
import { listenError } from './listen-error.js';
import { servesDatasource } from './serves-datasource.js';
import { version } from './version.js';

/** Milliseconds for requests in progress after the first signal. A second signal exits at once. */
const shutdownDeadline = 10_000;

export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the service. Settings come from environment variables.')
    .option('--check-config', 'check the settings and the files they name, then exit')
    .action(async ({ checkConfig = false }: { checkConfig?: boolean }) => {
      const settings = readSettings();
      const { createLogger } = await import('../logger.js');
      const { createStandalone } = await import('../standalone.js');
      const log = await createLogger(settings);
      const datasource = servesDatasource(settings);
      const { metricsConsole = true } = settings;
      const { host, port, metricsTokensFile } = settings;
      const { metrics, observe, reload } = await composeMetrics({
        logger: log,
        datasource,
        metricsConsole,
        host,
        port,
      });
      if (checkConfig) {
        await metrics.close();
        await log.close();
        process.stdout.write('The configuration is valid.\n');
        return;
      }
      const isOpenLoopback = isLoopback(host) && metricsTokensFile === undefined;
      const hosts = isOpenLoopback ? (settings.metricsHosts ?? []) : undefined;
      const service = createStandalone(metrics, log, { observe, hosts });
      log.info(
        {
          version,
          prometheusUrl: settings.prometheusUrl,
          preset: settings.metricsPreset,
          selector: settings.metricsSelector,
          tokens: metricsTokensFile !== undefined,
          datasource,
          console: metricsConsole,
        },
        'starting',
      );
      if (!isLoopback(host) && metricsTokensFile === undefined) {
        log.warn(
          { host },
          'anyone who can reach this address can read the metrics; set METRICS_TOKENS_FILE to require tokens',
        );
      }
      await service.listen({ host, port }).catch((error: unknown) => {
        throw listenError(error, `${host}:${port}`, 'HOST and PORT');
      });
      void metrics.ready().catch(() => {});
      process.on('SIGHUP', () => void reload());
      await new Promise<void>((resolve) => {
        let stopping = false;
        const stop = (signal: NodeJS.Signals): void => {
          if (stopping) process.exit(1);
          stopping = true;
          log.info({ signal }, 'stopping');
          setTimeout(() => service.server.closeAllConnections(), shutdownDeadline).unref();
          void service.close().then(resolve);
        };
        process.on('SIGTERM', stop).on('SIGINT', stop);
      });
      await log.close();
      // A log line that nobody reads must not keep the process alive.
      process.exit();
    });
}
