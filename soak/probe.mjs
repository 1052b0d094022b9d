// Loaded into the service before it starts: measures it from inside on request over the IPC channel, and can end its worker thread.
import { readdirSync } from 'node:fs';
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
const post = (method, params) =>
  new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)));
  });

const threads = new Set();
const waiting = new Map();
let lastId = 0;
session.on('NodeWorker.attachedToWorker', ({ params }) => threads.add(params.sessionId));
session.on('NodeWorker.detachedFromWorker', ({ params }) => threads.delete(params.sessionId));
session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
  const { id, result } = JSON.parse(params.message);
  waiting.get(id)?.(result);
  waiting.delete(id);
});
await post('NodeWorker.enable', { waitForDebuggerOnStart: false });

/** Calls the inspector of a worker thread; undefined where the thread ends first. */
function callThread(sessionId, method, params = {}) {
  if (sessionId === undefined) return undefined;
  lastId += 1;
  const id = lastId;
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(undefined), 2_000);
    waiting.set(id, (result) => {
      clearTimeout(late);
      resolve(result);
    });
    const message = JSON.stringify({ id, method, params });
    post('NodeWorker.sendMessageToWorker', { sessionId, message }).catch(() => resolve(undefined));
  }).finally(() => waiting.delete(id));
}

async function measure() {
  await post('HeapProfiler.collectGarbage');
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const [thread] = threads;
  await callThread(thread, 'HeapProfiler.collectGarbage');
  const usage = await callThread(thread, 'Runtime.getHeapUsage');
  const descriptors = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
  const heap = heapUsed + arrayBuffers + (usage?.usedSize ?? 0);
  return { at: performance.now() / 1000, heap, rss, descriptors, whole: usage !== undefined };
}

async function endThreads() {
  for (const sessionId of threads) void callThread(sessionId, 'Runtime.evaluate', { expression: 'process.exit(7)' });
}

process.on('message', async ({ id, command }) => {
  const result = command === 'measure' ? await measure() : await endThreads();
  process.send({ id, result });
});
// The channel must not keep the process alive.
process.channel.unref();
