// Stands in for the engine's thread. `workerData.script[n]` says what its nth life does with a request: it answers with its
// number (`answer`), dies (`throw`, `exit`), does so only when touched or asked for the snapshot of `the end` (`mortal`), or
// says nothing (`hang`), or answers and is busy outside of JavaScript then, where ending it takes a while (`busy`). At its
// start it tells what was given to it, and it counts its answers in `workerData.answers`.
import { pbkdf2Sync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

const life = Atomics.add(new Int32Array(workerData.lives), 0, 1);
const behaviour = workerData.script[life] ?? 'answer';
const answers = new Int32Array(workerData.answers ?? new SharedArrayBuffer(4));
const log = (message, fields) => parentPort.postMessage({ kind: 'log', record: { level: 'info', message, fields } });

log(`life ${life}`, { env: { ...process.env }, execArgv: process.execArgv });
parentPort.on('message', (request) => {
  const fatal = request.kind === 'touch' || request.endpoint === 'the end';
  if (behaviour === 'throw') throw new Error('out of memory');
  if (behaviour === 'exit' || (behaviour === 'mortal' && fatal)) process.exit(1);
  if (request.kind === 'touch') return log('touched', {});
  if (behaviour === 'hang') return log('asked', {});
  if (request.kind === 'ask') parentPort.postMessage({ kind: 'publish', representations: [] });
  parentPort.postMessage({ kind: 'answer', id: request.id, value: { life } });
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
  if (behaviour === 'busy') pbkdf2Sync('', '', 2_000_000, 64, 'sha512');
});
