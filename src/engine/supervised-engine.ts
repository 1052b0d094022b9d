import { type Clock, systemClock, type Timer } from '../clock.js';
import type { Representation } from '../render/representation.js';
import type { Engine, EngineEvents, EngineInput, EngineState } from './engine.js';
import {
  type CallMessage,
  type CallName,
  type EngineCalls,
  type FromWorker,
  fromErrorMessage,
} from './worker-messages.js';
import { startWorkerThread, type ThreadEnd, type WorkerThread } from './worker-thread.js';

/**
 * Milliseconds before a crashed thread is restarted. Doubled with every crash, reset once a thread has lived for `last`: a
 * thread that crashes at every refresh must not query Prometheus more often.
 */
const backoff = { first: 500, last: 30_000 };

/** Milliseconds after which the last known state is used: a thread that decodes is busy for longer. */
const busyWait = 25;

/** Where the engine runs. */
export interface EngineHealth {
  /** Whether the worker thread runs; undefined where METRICS_WORKER is false. */
  readonly workerUp: boolean | undefined;
  readonly workerRestarts: number;
  /** Why there is no engine, or why it is not in the worker thread. */
  readonly problem: string | undefined;
}

export interface SupervisedEngine extends Engine {
  health(): EngineHealth;
}

export interface SupervisorOptions {
  readonly clock?: Clock;
  /** File of the thread. */
  readonly script?: () => URL;
  /** Creates the engine in the host's thread. */
  readonly loadHere?: (input: EngineInput, events: EngineEvents) => Promise<Engine>;
}

interface PendingCall {
  readonly message: CallMessage;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An engine in a worker thread, so that refreshes never block the host's event loop.
 *
 * A thread that exits is restarted with back-off, and open calls are repeated. If the thread cannot be created, does not
 * load, or runs another program, the engine runs in the host's thread instead. No method throws.
 */
export function superviseEngine(
  input: EngineInput,
  events: EngineEvents,
  { clock = systemClock, script = workerScript, loadHere = loadInHost }: SupervisorOptions = {},
): SupervisedEngine {
  const pending = new Map<number, PendingCall>();
  let thread: WorkerThread | undefined;
  let started = false;
  let here: Promise<Engine> | undefined;
  let closed: Promise<void> | undefined;
  let restarting: Timer | undefined;
  let delay = backoff.first;
  let outOfMemory = false;
  let restarts = 0;
  let problem: string | undefined;
  let lastId = 0;
  let state: EngineState | undefined;

  if (input.settings.metricsWorker) startThread();
  else here = loadHere(input, events);
  here?.catch(failHere);

  function startThread(): void {
    const startedAt = clock.monotonic();
    started = false;
    try {
      thread = startWorkerThread({
        script,
        input,
        clock,
        onStarted() {
          started = true;
          outOfMemory = false;
          problem = undefined;
          for (const { message } of pending.values()) thread?.post(message);
        },
        onMessage: receive,
        onEnd: (end) => ended(end, startedAt),
      });
      thread.keepAlive(pending.size > 0);
    } catch (error) {
      ended({ error: error instanceof Error ? error : new Error(String(error)), started: false }, startedAt);
    }
  }

  function ended({ error, started: wasStarted }: ThreadEnd, startedAt: number): void {
    thread = undefined;
    started = false;
    if (closed) return;
    outOfMemory ||= codeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY';
    // Work that exhausted the memory of a thread must not exhaust that of the host.
    if (!wasStarted && !outOfMemory) {
      moveHere(error);
      return;
    }
    if (clock.monotonic() - startedAt >= backoff.last) delay = backoff.first;
    problem = `the worker thread exited${error ? `: ${error.message}` : ''}`;
    const message = `worker thread exited, restarting in ${delay} ms${error ? `: ${error.message}` : ''}`;
    events.log({ level: 'error', message, fields: { delay, ...(error && { err: error }) } });
    restarts += 1;
    restarting = clock.setTimeout(startThread, delay);
    delay = Math.min(2 * delay, backoff.last);
  }

  function moveHere(error: Error | undefined): void {
    problem = `the worker thread cannot be used: ${error?.message ?? 'it exited at once'}`;
    const message = `${problem}. Refreshes run in the host's thread. ${adviceOn(error)}`;
    events.log({ level: 'error', message, fields: error ? { err: error } : {} });
    here = loadHere(input, events);
    here.catch(failHere);
    for (const [id, { message: call, resolve, reject }] of pending) {
      pending.delete(id);
      callHere(call.name, call.args).then(resolve as (value: unknown) => void, reject);
    }
  }

  function failHere(error: unknown): void {
    problem = error instanceof Error ? error.message : String(error);
    events.log({ level: 'error', message: `the engine cannot be created: ${problem}`, fields: { err: error } });
  }

  function receive(message: FromWorker): void {
    if (message.kind === 'publish') events.publish(message.representations.map(withBuffer));
    else if (message.kind === 'seriesOverLimit') events.seriesOverLimit(message.counts);
    else if (message.kind === 'log') events.log(message.record);
    else if (message.kind === 'result') settle(message.id)?.resolve(message.value as never);
    else if (message.kind === 'error') settle(message.id)?.reject(fromErrorMessage(message.error));
  }

  function settle(id: number): PendingCall | undefined {
    const call = pending.get(id);
    pending.delete(id);
    // During `close` the end of the thread is awaited.
    if (pending.size === 0 && !closed) thread?.keepAlive(false);
    return call;
  }

  async function callHere<Name extends CallName>(
    name: Name,
    args: EngineCalls[Name]['args'],
  ): Promise<EngineCalls[Name]['result']> {
    const engine = await here!;
    const method = engine[name] as (...given: EngineCalls[Name]['args']) => Promise<EngineCalls[Name]['result']>;
    return method(...args);
  }

  function call<Name extends CallName>(
    name: Name,
    ...args: EngineCalls[Name]['args']
  ): Promise<EngineCalls[Name]['result'] | undefined> {
    if (closed) return Promise.resolve(undefined);
    if (here) return callHere(name, args);
    lastId += 1;
    const message = { kind: 'call', id: lastId, name, args } as CallMessage;
    return new Promise((resolve, reject) => {
      pending.set(message.id, { message, resolve, reject });
      if (started) thread?.post(message);
      thread?.keepAlive(true);
    });
  }

  async function close(): Promise<void> {
    restarting?.cancel();
    await thread?.close();
    await here?.then(
      (engine) => engine.close(),
      () => {},
    );
    for (const { resolve } of pending.values()) resolve(undefined as never);
    pending.clear();
  }

  return {
    async fetch(view, since) {
      const bytes = await call('fetch', view, since);
      return bytes && withBuffer(bytes);
    },
    touch(view) {
      if (closed) return;
      if (started) thread?.post({ kind: 'touch', view });
      else
        here?.then(
          (engine) => engine.touch(view),
          () => {},
        );
    },
    snapshot: (endpoint) => call('snapshot', endpoint),
    async state() {
      const known = state;
      const fresh = call('state').then((value) => {
        state = value;
        return value;
      });
      if (!known || here) return fresh;
      const late = new Promise<EngineState>((resolve) => clock.setTimeout(() => resolve(known), busyWait));
      return Promise.race([fresh, late]);
    },
    health: () => ({
      workerUp: input.settings.metricsWorker ? thread !== undefined : undefined,
      workerRestarts: restarts,
      problem,
    }),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

const workerScript = (): URL => new URL('./gatewayz-metrics-worker.js', import.meta.url);

/** Loaded on demand: most of the package is not needed in the host's thread. */
async function loadInHost(input: EngineInput, events: EngineEvents): Promise<Engine> {
  const { loadEngine } = await import('./load-engine.js');
  return loadEngine(input, events);
}

function codeOf(error: Error | undefined): string {
  return error && 'code' in error ? String(error.code) : '';
}

/** What an operator can do; the reason stands before it. */
function adviceOn(error: Error | undefined): string {
  const accept = 'set METRICS_WORKER=false to accept this';
  const code = codeOf(error);
  if (code === 'ERR_ACCESS_DENIED') return `Start Node.js with --allow-worker, or ${accept}.`;
  if (code === 'ERR_WORKER_INIT_FAILED') return `Raise the limit on threads, or ${accept}.`;
  return `In a bundle, mark gatewayz-metrics as external, or ${accept}.`;
}

/** Servers write Buffers; they would wrap a plain array again for every response. */
function withBuffer(representation: Representation): Representation {
  const { buffer, byteOffset, byteLength } = representation.body;
  return { ...representation, body: Buffer.from(buffer, byteOffset, byteLength) };
}
