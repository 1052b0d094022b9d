import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.js';
import type { EngineInput } from './engine.js';
import { type FromWorker, fromErrorMessage, type ToWorker, workerIdentity } from './worker-messages.js';

/**
 * Heap limits of the thread in MiB. A small young generation makes V8 collect early: a refresh of 18,000 pairs then peaks
 * at half of the default. A refresh that exceeds the limit ends the thread, not the host.
 */
const heap = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 1024 };

/** Milliseconds within which the thread must identify itself, and then have loaded the engine. */
const helloLimit = 5_000;
const loadLimit = 20_000;

export interface ThreadEnd {
  readonly error: Error | undefined;
  /** Whether the engine had been loaded. */
  readonly started: boolean;
}

export interface ThreadOptions {
  readonly script: () => URL;
  readonly input: EngineInput;
  readonly clock: Clock;
  readonly onStarted: () => void;
  readonly onMessage: (message: FromWorker) => void;
  /** Called once, when the thread has ended or is unusable. */
  readonly onEnd: (end: ThreadEnd) => void;
}

/** One life of the worker thread. */
export interface WorkerThread {
  post(message: ToWorker): void;
  /** Whether the thread keeps the process alive. */
  keepAlive(keep: boolean): void;
  close(): Promise<void>;
}

/**
 * Starts the thread without environment and flags of the host. It gets its input, which holds secrets, only after it has
 * identified itself as our program.
 *
 * @throws whatever `new URL` and `new Worker` throw: no file in a bundle, no permission, no thread left
 */
export function startWorkerThread({ script, input, clock, onStarted, onMessage, onEnd }: ThreadOptions): WorkerThread {
  const worker = new Worker(script(), {
    execArgv: [],
    env: {},
    stdin: false,
    name: 'gatewayz-metrics',
    resourceLimits: heap,
  });
  let phase: 'hello' | 'loading' | 'started' | 'ended' = 'hello';
  let failure: Error | undefined;
  let limit = clock.setTimeout(() => end(new Error(`it did not start within ${helloLimit / 1000} s`)), helloLimit);

  function end(error: Error | undefined): void {
    if (phase === 'ended') return;
    const started = phase === 'started';
    phase = 'ended';
    limit.cancel();
    void worker.terminate();
    worker.unref();
    onEnd({ error, started });
  }

  function receive(message: FromWorker): void {
    if (phase === 'hello') receiveHello(message);
    else if (phase === 'loading' && message.kind === 'failed') end(fromErrorMessage(message.error));
    else if (phase === 'loading' && message.kind === 'started') {
      phase = 'started';
      limit.cancel();
      onStarted();
    } else if (phase !== 'ended') onMessage(message);
  }

  function receiveHello(message: FromWorker | undefined): void {
    if (message?.kind !== 'hello' || message.identity !== workerIdentity) {
      end(new Error('its file is another program'));
      return;
    }
    phase = 'loading';
    limit.cancel();
    limit = clock.setTimeout(() => end(new Error(`it did not load within ${loadLimit / 1000} s`)), loadLimit);
    worker.postMessage({ kind: 'start', input } satisfies ToWorker);
  }

  worker.on('message', receive);
  worker.on('messageerror', (error) => end(error));
  worker.on('error', (error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  worker.once('exit', () => end(failure));
  // A message listener refs the worker, so unref comes last.
  worker.unref();

  return {
    post: (message) => worker.postMessage(message),
    keepAlive: (keep) => (keep ? worker.ref() : worker.unref()),
    async close() {
      phase = 'ended';
      limit.cancel();
      worker.ref();
      await worker.terminate();
    },
  };
}
