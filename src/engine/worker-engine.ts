import { Worker } from 'node:worker_threads';
import { type Clock, systemClock, type Timer } from '../clock.js';
import type { Snapshot } from '../model.js';
import type { Representation } from '../render/representation.js';
import type { Engine, EngineEvents, EngineInput, EngineState } from './engine.js';
import type { EngineMessage, EngineNotice, EngineRequest } from './messages.js';

/**
 * Milliseconds before a crashed thread is started again: doubled with each crash, back to the first once a thread has
 * lived for as long as the last. One that crashes at every refresh must not ask Prometheus more often for it.
 */
const backoff = { first: 500, last: 30_000 };

/** Milliseconds that the state is waited for before the last known one is good enough: decoding keeps the thread busy for longer. */
const busyWait = 25;

/**
 * Limits of the thread's heap, in MiB. With little room for what is new, and a limit near enough for V8 to collect what is
 * old in time, a refresh of 18,000 pairs peaks at half of what the defaults let it take. One that needs more than the limit
 * ends the thread, not the host.
 */
const heap = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 1024 };

type RequestBody = EngineRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

/**
 * An engine in a worker thread: collecting, decoding, rendering and compressing never hold up the host's event loop.
 *
 * The thread gets no environment and no flags of the host, and keeps the process alive only while an answer is awaited. If it
 * dies it is started again with backoff; what was asked of it is asked again, and what it published last stays valid
 * meanwhile.
 */
export function createWorkerEngine(
  input: EngineInput,
  events: EngineEvents,
  options: { readonly clock?: Clock; readonly script?: URL } = {},
): Engine {
  const { clock = systemClock, script = new URL('./worker.js', import.meta.url) } = options;
  const pending = new Map<number, { readonly request: EngineRequest; readonly resolve: (value: unknown) => void }>();
  let delay = backoff.first;
  let closed: Promise<void> | undefined;
  let lastId = 0;
  let restarting: Timer | undefined;
  let state: EngineState | undefined;
  let worker = start();

  function start(): Worker | undefined {
    const startedAt = clock.now();
    const thread = new Worker(script, {
      workerData: input,
      execArgv: [],
      env: {},
      stdin: false,
      name: 'gatewayz-metrics',
      resourceLimits: heap,
    });
    thread.on('message', receive);
    thread.on('error', (error) => {
      events.log({
        level: 'error',
        message: `worker thread failed: ${error.message}${adviceOn(error)}`,
        fields: { err: error },
      });
    });
    thread.once('exit', () => {
      if (closed) return;
      worker = undefined;
      if (clock.now() - startedAt >= backoff.last) delay = backoff.first;
      events.log({ level: 'error', message: `worker thread exited, restarting in ${delay} ms`, fields: { delay } });
      restarting = clock.setTimeout(restart, delay);
      delay = Math.min(2 * delay, backoff.last);
    });
    // Last: a listener for messages takes it back.
    thread.unref();
    return thread;
  }

  function restart(): void {
    worker = start();
    for (const { request } of pending.values()) worker?.postMessage(request);
    if (pending.size > 0) worker?.ref();
  }

  function receive(message: EngineMessage): void {
    if (message.kind === 'publish') events.publish(message.representations.map(withBuffer));
    else if (message.kind === 'dropped') events.dropped(message.counts);
    else if (message.kind === 'log') events.log(message.record);
    else {
      pending.get(message.id)?.resolve(message.value);
      pending.delete(message.id);
      // While it is closed, its end is awaited.
      if (pending.size === 0 && !closed) worker?.unref();
    }
  }

  function request(body: RequestBody): Promise<unknown> {
    if (closed) return Promise.resolve(undefined);
    lastId += 1;
    const message = { ...body, id: lastId } as EngineRequest;
    return new Promise((resolve) => {
      pending.set(message.id, { request: message, resolve });
      worker?.postMessage(message);
      worker?.ref();
    });
  }

  async function close(): Promise<void> {
    restarting?.cancel();
    await worker?.terminate();
    for (const { resolve } of pending.values()) resolve(undefined);
    pending.clear();
  }

  return {
    ask: async (view, since) => {
      await request({ kind: 'ask', view, since });
    },
    touch: (view) => worker?.postMessage({ kind: 'touch', view } satisfies EngineNotice),
    snapshot: async (endpoint) => (await request({ kind: 'snapshot', endpoint })) as Snapshot | undefined,
    async state() {
      const known = state;
      const asked = request({ kind: 'state' }).then((value) => {
        state = value as EngineState | undefined;
        return state;
      });
      if (!known) return asked;
      const late = new Promise<EngineState>((resolve) => clock.setTimeout(() => resolve(known), busyWait));
      return Promise.race([asked, late]);
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** Bundlers do not take along what is only named by a URL. */
function adviceOn(error: Error): string {
  const isMissing = 'code' in error && String(error.code).endsWith('MODULE_NOT_FOUND');
  return isMissing ? '; a bundle does not contain the worker file: set METRICS_WORKER=false' : '';
}

/** What servers write is a Buffer: a plain array of bytes they wrap anew for each answer. */
function withBuffer(representation: Representation): Representation {
  const { buffer, byteOffset, byteLength } = representation.body;
  return { ...representation, body: Buffer.from(buffer, byteOffset, byteLength) };
}
