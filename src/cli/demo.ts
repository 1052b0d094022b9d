import { setTimeout } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../duration.js';
import { isFull, summaryLines } from '../tools/demo/summary-screen.js';
import { listenError } from './listen-error.js';

/** Milliseconds. */
const showEvery = { terminal: 1_000, file: 5_000 };
const fullWithin = 60_000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface DemoOptions {
  readonly port: number;
  readonly seed: number;
  readonly for?: number;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('Run it all on this machine: a simulated gateway, a real Prometheus, and the service in front.')
    .option('--port <number>', 'port of the service on 127.0.0.1', wholeNumber, 8000)
    .option('--seed <number>', 'the same seed gives the same traffic', wholeNumber, 1)
    .option('--for <duration>', 'end that long after the first full summary, such as 60s', duration)
    .action(async (options: DemoOptions) => {
      process.exitCode = await demo(options);
    });
}

async function demo({ port, seed, for: lifetime }: DemoOptions): Promise<number> {
  const { startStack } = await import('../tools/demo/start-stack.js');
  const interrupted = new AbortController();
  const interrupt = (): void => {
    // The second time somebody does not want to wait.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  };
  // SIGHUP: the terminal was closed. Prometheus gets it too, and does not end for it.
  for (const signal of signals) process.on(signal, interrupt);
  const stack = await startStack({ port, seed, onProgress: (line) => console.log(line) }).catch((error: unknown) => {
    throw listenError(error, `127.0.0.1:${port}`, '--port');
  });
  try {
    const { service, prometheus, gateway, healthService } = stack.urls;
    const below = `${service}${stack.metrics.settings.metricsPrefix}/metrics`;
    console.log(`
  ${below}/summary   what dashboard widgets read
  ${below}/all       every family as text
  ${below}/docs      what each value means
  ${below}           what Prometheus scrapes
  ${prometheus}   Prometheus
  ${gateway}   the simulated gateway; ${healthService} the simulated Health Service
${lifetime === undefined ? '\n  Ctrl-C ends everything.\n' : ''}`);
    return await show(stack, lifetime, interrupted.signal);
  } finally {
    await stack.close();
    for (const signal of signals) process.off(signal, interrupt);
  }
}

type Stack = Awaited<ReturnType<typeof import('../tools/demo/start-stack.js').startStack>>;

/** Shows the summary until it is time to end; 1 if it never came to be full. */
async function show(stack: Stack, lifetime: number | undefined, signal: AbortSignal): Promise<number> {
  const { stdout } = process;
  const startedAt = Date.now();
  let fullAt: number | undefined;
  let shown = 0;
  while (!signal.aborted) {
    const { summary } = await stack.metrics.snapshot();
    const lines = summaryLines(summary);
    if (stdout.isTTY && shown > 0) stdout.write(`\u001b[${shown}A\u001b[J`);
    if (stdout.isTTY || isFull(summary) !== (fullAt !== undefined)) stdout.write(`${lines.join('\n')}\n`);
    else stdout.write(`${lines[0]}\n`);
    shown = lines.length;
    if (isFull(summary) && fullAt === undefined) {
      fullAt = Date.now();
      const seconds = Math.round((fullAt - startedAt) / 1000);
      stdout.write(`Every field has a value, ${seconds} s after the start.\n`);
      shown = 0;
    }
    if (lifetime !== undefined && fullAt !== undefined && Date.now() - fullAt >= lifetime) return 0;
    if (lifetime !== undefined && fullAt === undefined && Date.now() - startedAt >= fullWithin) {
      console.error(`The summary was not full within ${fullWithin / 1000} s.`);
      return 1;
    }
    await pause(stdout.isTTY ? showEvery.terminal : showEvery.file, signal);
  }
  return 0;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
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
