import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { built } from '../support/built.js';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { playWholeGateway } from '../support/whole-gateway.js';

const runFile = promisify(execFile);

/** Runs a module to its end; what it prints, line by line as JSON. Rejects if it fails, or has not ended in half a minute. */
async function runModule(code: string): Promise<unknown[]> {
  const args = ['--input-type=module', '--eval', code];
  const { stdout } = await runFile(process.execPath, args, { timeout: 30_000, killSignal: 'SIGKILL' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/** Runs a module that has `metrics` of the built package, and in `threads` how many have been started. */
async function run(code: string): Promise<unknown[]> {
  const prometheus = await startFakePrometheus();
  onTestFinished(() => prometheus.close());
  playWholeGateway(prometheus);
  const prelude = `
    import { syncBuiltinESMExports } from 'node:module';
    import workerThreads from 'node:worker_threads';
    let threads = 0;
    workerThreads.Worker = class extends workerThreads.Worker {
      constructor(...given) {
        super(...given);
        threads += 1;
      }
    };
    syncBuiltinESMExports();
    const { createMetrics } = await import(${JSON.stringify(built('index.js').href)});
    const silent = { info() {}, warn() {}, error() {} };
    const metrics = await createMetrics({ env: {}, logger: silent, prometheusUrl: ${JSON.stringify(prometheus.url)} });
    const get = (path) => metrics.handle({ method: 'GET', url: '/prometheus/metrics' + path, headers: {} });
    const print = (value) => console.log(JSON.stringify(value));
  `;
  return runModule(prelude + code);
}

test('a thread starts with the first request that needs one, and is the only one', async () => {
  const printed = await run(`
    print(threads);
    await get('/docs');
    await get('/nowhere');
    print(threads);
    await Promise.all([get('/summary'), get('/all'), get('')]);
    print(threads);
    await metrics.close();
  `);
  expect(printed).toEqual([0, 0, 1]);
});

test.each([
  ['that is closed', 'await metrics.close();'],
  ['that is not', ''],
])('a process ends by itself after a request to metrics %s', async (_name, end) => {
  const printed = await run(`
    const { status } = await get('/summary');
    print(status);
    ${end}
  `);
  expect(printed).toEqual([200]);
});

test('nothing that belongs to the whole process is touched: signals, errors, globals, the registry of prom-client', async () => {
  const printed = await run(`
    const { register } = await import('prom-client');
    // The registry of engines: one thread for modules that are evaluated again and again.
    const ours = 'Symbol(gatewayz-metrics.engines)';
    const process_ = () => ({
      listeners: Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)])),
      globals: [...Object.getOwnPropertyNames(globalThis), ...Object.getOwnPropertySymbols(globalThis).map(String).filter((name) => name !== ours)],
      metrics: register.getMetricsAsArray().length,
      environment: { ...process.env },
    });
    const before = process_();
    const others = await createMetrics({ env: {}, logger: silent, prometheusUrl: 'http://127.0.0.1:1', datasource: true });
    for (const path of ['/summary', '/all', '/docs', '', '/nowhere']) await get(path);
    const during = process_();
    await metrics.close();
    await others.close();
    print(before);
    print(during);
    print(process_());
  `);
  const [before, during, after] = printed as { listeners: object; metrics: number }[];
  expect(during).toEqual(before);
  expect(after).toEqual(before);
  expect(before?.metrics).toBe(0);
});

test('modules that are evaluated again, as in development servers, share one thread', async () => {
  const printed = await run(`
    const options = { env: {}, logger: silent, prometheusUrl: metrics.settings.prometheusUrl.replace(/\\/$/, '') };
    await get('/summary');
    let last;
    for (let edit = 0; edit < 5; edit += 1) {
      const { createMetrics: again } = await import(${JSON.stringify(built('index.js').href)} + '?edit=' + edit);
      last = await again({ ...options });
      const { status } = await last.handle({ method: 'GET', url: '/prometheus/metrics/summary', headers: {} });
      print([status, threads]);
    }
    await metrics.close();
    print((await last.handle({ method: 'GET', url: '/prometheus/metrics/all', headers: {} })).status);
  `);
  expect(printed).toEqual([...Array.from({ length: 5 }, () => [200, 1]), 200]);
});

test('a process lives for as long as it awaits an answer, and no longer', async () => {
  const printed = await run(`
    const { summary, families } = await metrics.snapshot();
    print([summary.status, families.length > 20]);
  `);
  expect(printed).toEqual([['ok', true]]);
});

test('closing ends also where an answer of the thread comes while it is awaited, and nothing else keeps the process', async () => {
  const script = new URL('./scripted-worker.mjs', import.meta.url).href;
  const printed = await runModule(`
    const { superviseEngine } = await import(${JSON.stringify(built('engine/supervised-engine.js').href)});
    const answers = new SharedArrayBuffer(4);
    const settings = { metricsWorker: true, script: ['busy'], lives: new SharedArrayBuffer(4), answers };
    const events = { publish() {}, seriesOverLimit() {}, log() {} };
    const engine = superviseEngine({ settings }, events, { script: () => new URL(${JSON.stringify(script)}) });
    await engine.snapshot('all');
    Atomics.store(new Int32Array(answers), 0, 0);
    void engine.state();
    // The event loop stands: the answer is there, and not yet received.
    Atomics.wait(new Int32Array(answers), 0, 0);
    await engine.close();
    console.log('"closed"');
  `);
  expect(printed).toEqual(['closed']);
});

test('a process ends by itself also after its thread has been started again', async () => {
  const script = new URL('./scripted-worker.mjs', import.meta.url).href;
  const printed = await runModule(`
    const { superviseEngine } = await import(${JSON.stringify(built('engine/supervised-engine.js').href)});
    const settings = { metricsWorker: true, script: ['mortal'], lives: new SharedArrayBuffer(4) };
    const restarted = new Promise((resolve) => {
      const log = ({ message }) => {
        console.log(JSON.stringify(message));
        if (message === 'life 1') resolve();
      };
      const events = { publish() {}, seriesOverLimit() {}, log };
      const engine = superviseEngine({ settings }, events, { script: () => new URL(${JSON.stringify(script)}) });
      void engine.state().then(() => engine.touch({ endpoint: 'summary', format: 'json', encoding: 'identity' }));
    });
    // Nothing else keeps it alive until then.
    const alive = setInterval(() => {}, 1_000);
    await restarted;
    clearInterval(alive);
  `);
  expect(printed).toEqual(['life 0', 'worker thread exited, restarting in 500 ms', 'life 1']);
});
