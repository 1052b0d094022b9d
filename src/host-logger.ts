import type { Settings } from './settings/read-settings.js';

/** Destination of log lines, such as the logger of pino or Fastify. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The host's logger, or JSON lines on standard output without one. */
export async function hostLogger(logger: Logger | undefined, settings: Settings): Promise<Logger> {
  if (logger !== undefined) return isSilent(logger) ? withStandardError(logger) : logger;
  const { createLogger } = await import('./logger.js');
  return createLogger(settings);
}

/** Whether the logger discards everything, as that of `Fastify()` does: one function without parameters for all levels. */
function isSilent(logger: Logger): boolean {
  return logger.error === logger.info && logger.error.length === 0;
}

/** A host without a logger gets errors on standard error. */
function withStandardError(logger: Logger): Logger {
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error(fields, message) {
      logger.error(fields, message);
      process.stderr.write(`gatewayz-metrics: ${message}\n`);
    },
  };
}
