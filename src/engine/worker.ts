import { parentPort, workerData } from 'node:worker_threads';
import { createEngine, loadHealth } from './create-engine.js';
import type { EngineInput } from './engine.js';
import type { EngineMessage, EngineNotice, EngineRequest } from './messages.js';

/** The thread: an engine, spoken to in messages. Bytes are moved, not copied. */
const port = parentPort!;
const post = (message: EngineMessage, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const input = workerData as EngineInput;

const engine = createEngine(input, await loadHealth(input.settings), {
  publish: (representations) =>
    post(
      { kind: 'publish', representations },
      representations.map(({ body }) => body.buffer),
    ),
  dropped: (counts) => post({ kind: 'dropped', counts }),
  log: (record) => post({ kind: 'log', record }),
});

async function answer(request: EngineRequest): Promise<unknown> {
  switch (request.kind) {
    case 'ask':
      return engine.ask(request.view, request.since);
    case 'snapshot':
      return engine.snapshot(request.endpoint);
    case 'state':
      return engine.state();
  }
}

port.on('message', (request: EngineRequest | EngineNotice) => {
  if (request.kind === 'touch') return engine.touch(request.view);
  return void answer(request).then((value) => post({ kind: 'answer', id: request.id, value }));
});
