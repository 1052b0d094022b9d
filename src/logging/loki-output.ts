import { transport } from 'pino';

/** Pushes log lines to Loki from a thread of its own. Lines are dropped while that thread cannot keep up. */
export function openLoki(host: string): { write(line: string): void } {
  const stream = transport({
    target: 'pino-loki',
    options: {
      host,
      labels: { service: 'gatewayz-metrics' },
      batching: { interval: 1, maxBufferSize: 10_000 },
      timeout: 5_000,
      silenceErrors: true,
    },
  });
  let full = false;
  stream.on('error', () => {});
  stream.on('drain', () => {
    full = false;
  });
  return {
    write(line) {
      if (!full) full = !stream.write(line);
    },
  };
}
