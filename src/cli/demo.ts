import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../duration.js';
import { listenError } from './listen-error.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Given {
  readonly port: number;
  readonly seed: number;
  readonly for?: number;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('Run the whole stack on this machine: simulated gateway, real Prometheus, and the service.')
    .addOption(
      new Option('--port <number>', 'port of the service on 127.0.0.1')
        .argParser(wholeNumber)
        .default(8000)
        .env('PORT'),
    )
    .option('--seed <number>', 'the same seed gives the same traffic', wholeNumber, 1)
    .option('--for <duration>', 'stop this long after the first full summary, for example 60s', duration)
    .action(async (given: Given) => {
      process.exitCode = await demo(given);
    });
}

async function demo({ port, seed, for: lifetime }: Given): Promise<number> {
  const { startStack } = await import('../tools/demo/start-stack.js');
  const { runDemo } = await import('../tools/demo/run-demo.js');
  const interrupted = new AbortController();
  const interrupt = (): void => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  };
  // The terminal sends SIGHUP to Prometheus too, which does not exit on it.
  for (const signal of signals) process.on(signal, interrupt);
  const stack = await startStack({ port, seed, onProgress: (line) => console.log(line) }).catch((error: unknown) => {
    throw listenError(error, `127.0.0.1:${port}`, '--port');
  });
  try {
    return await runDemo({ stack, lifetime, signal: interrupted.signal, output: process.stdout, env: process.env });
  } finally {
    await stack.close();
    for (const signal of signals) process.off(signal, interrupt);
    console.log('Stopped.');
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new InvalidArgumentError('expected a duration such as 60s or 5m.');
  return milliseconds;
}
