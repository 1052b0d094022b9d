// Stands in for the engine's thread. The `script` of its settings says what its nth life does: it answers calls with its
// number (`answer`), dies at a call (`throw`, `exit`), dies only when touched or asked for the snapshot of `the end`
// (`mortal`), is silent (`hang`), rejects (`reject`), or answers and is then busy outside of JavaScript (`busy`).
import { pbkdf2Sync } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

parentPort.postMessage({ kind: 'hello', identity: 'gatewayz-metrics worker 1' });

const log = (message, fields) => parentPort.postMessage({ kind: 'log', record: { level: 'info', message, fields } });
let life;
let behaviour;
let answers;

parentPort.on('message', (request) => {
  if (request.kind === 'start') {
    const { settings } = request.input;
    life = Atomics.add(new Int32Array(settings.lives), 0, 1);
    behaviour = settings.script[life] ?? 'answer';
    answers = new Int32Array(settings.answers ?? new SharedArrayBuffer(4));
    log(`life ${life}`, { env: { ...process.env }, execArgv: process.execArgv });
    return parentPort.postMessage({ kind: 'started' });
  }
  const fatal = request.kind === 'touch' || request.args?.[0] === 'the end';
  if (behaviour === 'throw') throw new Error('out of memory');
  if (behaviour === 'exit' || (behaviour === 'mortal' && fatal)) process.exit(1);
  if (request.kind === 'touch') return log('touched', {});
  if (behaviour === 'hang') return log('asked', {});
  if (behaviour === 'reject') {
    const error = { message: 'a bug', stack: 'Error: a bug\n    at worker', code: undefined };
    return parentPort.postMessage({ kind: 'error', id: request.id, error });
  }
  const value = request.name === 'fetch' ? undefined : { life };
  parentPort.postMessage({ kind: 'result', id: request.id, value });
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
  if (behaviour === 'busy') pbkdf2Sync('', '', 2_000_000, 64, 'sha512');
});
