import { parentPort } from 'node:worker_threads';
import type { Engine, EngineEvents } from './engine.js';
import { type CallMessage, type FromWorker, type ToWorker, toErrorMessage, workerIdentity } from './worker-messages.js';

/** Program of the worker thread. Its file name is unique, so a bundle cannot start another worker in its place. */
const port = parentPort!;
const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const events: EngineEvents = {
  publish: (representations) =>
    post(
      { kind: 'publish', representations },
      representations.map(({ body }) => body.buffer),
    ),
  seriesOverLimit: (counts) => post({ kind: 'seriesOverLimit', counts }),
  log: (record) => post({ kind: 'log', record }),
};

let engine: Engine | undefined;

port.on('message', (message: ToWorker) => {
  if (message.kind === 'start') void start(message);
  else if (message.kind === 'touch') engine?.touch(message.view);
  else void call(message);
});
post({ kind: 'hello', identity: workerIdentity });

async function start({ input }: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
  try {
    const { loadEngine } = await import('./load-engine.js');
    engine = await loadEngine(input, events);
    post({ kind: 'started' });
  } catch (error) {
    post({ kind: 'failed', error: toErrorMessage(error) });
  }
}

async function call(message: CallMessage): Promise<void> {
  try {
    post({ kind: 'result', id: message.id, value: await resultOf(message) });
  } catch (error) {
    post({ kind: 'error', id: message.id, error: toErrorMessage(error) });
  }
}

async function resultOf(message: CallMessage) {
  switch (message.name) {
    case 'fetch':
      return engine?.fetch(...message.args);
    case 'snapshot':
      return engine?.snapshot(...message.args);
    case 'state':
      return engine?.state();
  }
}
