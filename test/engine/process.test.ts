import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../src/demo/run-command.js';
import { built } from '../support/built.js';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { playWholeGateway } from '../support/whole-gateway.js';

/** Runs a module that has `metrics` of the built package and `threads`, how many have been started; what it prints, as JSON. */
async function run(code: string): Promise<{ code: number | null; printed: unknown[] }> {
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
  const { code: exitCode, stdout } = await runCommand(process.execPath, [
    '--input-type=module',
    '--eval',
    prelude + code,
  ]);
  return {
    code: exitCode,
    printed: stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  };
}

test('a thread starts with the first request that needs one, and is the only one', async () => {
  const { code, printed } = await run(`
    print(threads);
    await get('/docs');
    await get('/nowhere');
    print(threads);
    await Promise.all([get('/summary'), get('/all'), get('')]);
    print(threads);
    await metrics.close();
  `);
  expect({ code, printed }).toEqual({ code: 0, printed: [0, 0, 1] });
});

test.each([
  ['that is closed', 'await metrics.close();'],
  ['that is not', ''],
])('a process ends by itself after a request to metrics %s', async (_name, end) => {
  const { code, printed } = await run(`
    const { status } = await get('/summary');
    print(status);
    ${end}
  `);
  expect({ code, printed }).toEqual({ code: 0, printed: [200] });
});

test('a process lives for as long as it awaits an answer, and no longer', async () => {
  const { code, printed } = await run(`
    const { summary, families } = await metrics.snapshot();
    print([summary.status, families.length > 20]);
  `);
  expect({ code, printed }).toEqual({ code: 0, printed: [['ok', true]] });
});
