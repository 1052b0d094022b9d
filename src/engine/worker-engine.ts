import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../clock.js';
import type { Snapshot } from '../model.js';
import type { Settings } from '../settings.js';
import type { Engine, EngineEvents, EngineState } from './engine.js';
import type { EngineMessage, EngineNotice, EngineRequest } from './messages.js';

/** Milliseconds before a crashed thread is started again: doubled with each crash, back to the first once it has published. */
const backoff = { first: 500, last: 30_000 };

type RequestBody = EngineRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

/**
 * An engine in a worker thread: collecting, decoding, rendering and compressing never hold up the host's event loop.
 *
 * The thread gets no environment and no flags of the host, and does not keep the process alive. If it dies it is started
 * again with backoff; what was asked of it is asked again, and what it published last stays valid meanwhile.
 */
export function createWorkerEngine(
  settings: Settings,
  events: EngineEvents,
  options: { readonly clock?: Clock; readonly script?: URL } = {},
): Engine {
  const { clock = systemClock, script = new URL('./worker.js', import.meta.url) } = options;
  const pending = new Map<number, { readonly request: EngineRequest; readonly resolve: (value: unknown) => void }>();
  let delay = backoff.first;
  let closed: Promise<void> | undefined;
  let lastId = 0;
  let worker = start();

  function start(): Worker | undefined {
    const thread = new Worker(script, {
      workerData: settings,
      execArgv: [],
      env: {},
      stdin: false,
      name: 'gatewayz-metrics',
    });
    thread.unref();
    thread.on('message', receive);
    thread.once('error', (error) => {
      events.log({ level: 'error', message: `worker: ${error.message}`, fields: { err: error } });
    });
    thread.once('exit', () => {
      if (closed) return;
      worker = undefined;
      events.log({ level: 'error', message: `worker: ended, starting again in ${delay} ms`, fields: { delay } });
      clock.setTimeout(restart, delay);
      delay = Math.min(2 * delay, backoff.last);
    });
    return thread;
  }

  function restart(): void {
    if (closed) return;
    worker = start();
    for (const { request } of pending.values()) worker?.postMessage(request);
  }

  function receive(message: EngineMessage): void {
    if (message.kind === 'log') events.log(message.record);
    else if (message.kind === 'answer') {
      pending.get(message.id)?.resolve(message.value);
      pending.delete(message.id);
    } else {
      delay = backoff.first;
      events.publish(message.representations);
    }
  }

  function request(body: RequestBody): Promise<unknown> {
    if (closed) return Promise.resolve(undefined);
    lastId += 1;
    const message = { ...body, id: lastId } as EngineRequest;
    return new Promise((resolve) => {
      pending.set(message.id, { request: message, resolve });
      worker?.postMessage(message);
    });
  }

  async function close(): Promise<void> {
    await worker?.terminate();
    for (const { resolve } of pending.values()) resolve(undefined);
    pending.clear();
  }

  return {
    ask: async (view) => {
      await request({ kind: 'ask', view });
    },
    touch: (view) => worker?.postMessage({ kind: 'touch', view } satisfies EngineNotice),
    snapshot: async (endpoint) => (await request({ kind: 'snapshot', endpoint })) as Snapshot | undefined,
    state: async () => (await request({ kind: 'state' })) as EngineState | undefined,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
