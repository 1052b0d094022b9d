import { type Logger, multistream, pino, transport } from 'pino';

/**
 * Creates a logger that writes JSON lines to stdout. With `lokiUrl`, a separate thread also pushes them to Loki.
 */
export function createLogger({
  logLevel,
  lokiUrl,
}: {
  readonly logLevel: string;
  readonly lokiUrl: string | undefined;
}): Logger {
  const options = { name: 'gatewayz-metrics', level: logLevel };
  const stdout = pino.destination(1);
  if (lokiUrl === undefined) return pino(options, stdout);
  const loki = transport({
    target: 'pino-loki',
    options: {
      host: lokiUrl,
      labels: { service: 'gatewayz-metrics' },
      batching: { interval: 1, maxBufferSize: 10_000 },
      timeout: 5_000,
      silenceErrors: true,
    },
  });
  return pino(
    options,
    multistream([
      { level: 'trace', stream: stdout },
      { level: 'trace', stream: loki },
    ]),
  );
}
