import { describe, expect, onTestFinished, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine, EngineEvents, EngineInput, LogRecord } from '../../src/engine/engine.js';
import { superviseEngine } from '../../src/engine/supervised-engine.js';
import type { View } from '../../src/render/representation.js';
import { built } from '../support/built.js';
import { engineInput } from '../support/engine-input.js';
import { FakeClock } from '../support/fake-clock.js';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { until } from '../support/until.js';
import { playWholeGateway } from '../support/whole-gateway.js';

const view: View = { endpoint: 'summary', format: 'json', encoding: 'identity' };
const worker = new URL('./scripted-worker.mjs', import.meta.url);

type Behaviour = 'answer' | 'throw' | 'exit' | 'mortal' | 'hang' | 'reject';

/** An engine over a thread that behaves as told, life by life. In the host's thread its snapshots say `here`. */
function scripted(...behaviours: readonly Behaviour[]) {
  return over(() => worker, behaviours);
}

function over(script: () => URL, behaviours: readonly Behaviour[] = [], failHere?: Error) {
  const clock = new FakeClock();
  const lines: LogRecord[] = [];
  const posted: unknown[] = [];
  const events: EngineEvents = { publish: () => {}, seriesOverLimit: () => {}, log: (record) => lines.push(record) };
  const settings: unknown = { metricsWorker: true, script: behaviours, lives: new SharedArrayBuffer(4) };
  const here = { closed: 0, touched: 0 };
  const loadHere = async (): Promise<Engine> => {
    if (failHere) throw failHere;
    return {
      fetch: async () => undefined,
      touch() {
        here.touched += 1;
      },
      snapshot: async () => ({ life: 'here' }) as never,
      state: async () => ({ life: 'here' }) as never,
      async close() {
        here.closed += 1;
      },
    };
  };
  const note = (thread: { postMessage: (message: unknown) => void }): void => {
    const post = thread.postMessage.bind(thread);
    thread.postMessage = (message) => {
      posted.push(message);
      post(message);
    };
  };
  process.on('worker', note as never);
  onTestFinished(() => void process.off('worker', note as never));
  const engine = superviseEngine({ settings } as EngineInput, events, { clock, script, loadHere });
  onTestFinished(() => engine.close());
  const logged = (message: string) =>
    until(() => lines.find((line) => line.message.startsWith(message)), { what: `"${message}" is logged`, every: 1 });
  return { engine, clock, lines, logged, here, posted };
}

const program = (code: string) => (): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads';${code}`)}`);
const foreign = program(`parentPort.postMessage({ kind: 'job' }); parentPort.on('message', () => {});`);
const silent = program(`parentPort.on('message', () => {});`);
const gone = program('process.exit(1);');
const unloadable = program(`
  parentPort.postMessage({ kind: 'hello', identity: 'gatewayz-metrics worker 1' });
  parentPort.on('message', () => parentPort.postMessage({ kind: 'failed', error: { message: 'no such module' } }));`);
const noFile = (): URL => new URL('./no-such-worker.mjs', import.meta.url);
const noPermission = (): URL => {
  throw Object.assign(new Error('Access to this API has been restricted'), { code: 'ERR_ACCESS_DENIED' });
};
const noThread = (): URL => {
  throw Object.assign(new Error('Worker initialization failure: EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' });
};
const noUrl = (): URL => new URL('./worker.js', undefined);

describe('a thread that cannot be used leaves the work to the host’s thread, told once:', () => {
  test.each([
    ['its file is missing, as in a bundle', noFile, /Cannot find module .*mark gatewayz-metrics as external/s],
    ['its URL cannot be made, as in a CommonJS bundle', noUrl, /Invalid URL.*METRICS_WORKER=false/s],
    ['the permission model forbids it', noPermission, /restricted.*--allow-worker/],
    ['no thread is left', noThread, /EAGAIN.*Raise the limit on threads/],
    ['its file is another program', foreign, /its file is another program/],
    ['it exits at once', gone, /it exited at once/],
    ['its engine does not load', unloadable, /no such module/],
  ])('%s', async (_name, script, told) => {
    const { engine, lines, here, posted } = over(script);
    expect(await Promise.all([engine.snapshot('all'), engine.state(), engine.fetch(view, 0)])).toEqual([
      { life: 'here' },
      { life: 'here' },
      undefined,
    ]);
    engine.touch(view);
    await until(() => here.touched === 1, { what: 'it is touched', every: 1 });
    expect(lines.map(({ level }) => level)).toEqual(['error']);
    expect(lines[0]?.message).toMatch(told);
    expect(engine.health()).toMatchObject({
      workerUp: false,
      problem: expect.stringMatching(/^the worker thread cannot/),
    });
    await engine.close();
    expect(here.closed).toBe(1);
    expect(posted.filter((message) => (message as { kind: string }).kind !== 'start')).toEqual([]);
  });

  test('it never says who it is', async () => {
    const { engine, clock, lines, posted } = over(silent);
    const asked = engine.snapshot('all');
    await clock.advance(4_999);
    expect(lines).toEqual([]);
    await clock.advance(1);
    expect(await asked).toEqual({ life: 'here' });
    expect(lines[0]?.message).toMatch(/it did not start within 5 s/);
    expect(posted).toEqual([]);
  });

  test('it cannot be made again', async () => {
    let made = 0;
    const { engine, clock, logged } = over(() => {
      made += 1;
      return made === 1 ? worker : noThread();
    }, ['mortal']);
    expect(await engine.snapshot('all')).toEqual({ life: 0 });
    engine.touch(view);
    await logged('worker thread exited, restarting in 500 ms');
    const asked = engine.snapshot('all');
    await clock.advance(500);
    expect(await asked).toEqual({ life: 'here' });
    await logged('the worker thread cannot be used: Worker initialization failure: EAGAIN');
  });
});

test('a thread that is not ours is handed nothing', async () => {
  const { engine, posted } = over(foreign);
  expect(await engine.snapshot('all')).toEqual({ life: 'here' });
  expect(posted).toEqual([]);
});

test('work that exhausts the memory of a thread never moves to the host’s thread', async () => {
  let made = 0;
  const { engine, clock, logged } = over(() => {
    made += 1;
    if (made === 1) throw Object.assign(new Error('out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
    return made === 2 ? noThread() : worker;
  });
  const asked = engine.snapshot('all');
  await logged('worker thread exited, restarting in 500 ms: out of memory');
  expect(engine.health().problem).toBe('the worker thread exited: out of memory');
  await clock.advance(500);
  await logged('worker thread exited, restarting in 1000 ms');
  await clock.advance(1_000);
  expect(await asked).toEqual({ life: 0 });
});

test('an engine that cannot be created anywhere rejects with its reason and harms nothing else', async () => {
  const { engine, logged } = over(noThread, [], new Error('PROMETHEUS_CA_FILE: no such file'));
  await expect(engine.snapshot('all')).rejects.toThrow('no such file');
  await logged('the engine cannot be created: PROMETHEUS_CA_FILE');
  expect(engine.health().problem).toBe('PROMETHEUS_CA_FILE: no such file');
  engine.touch(view);
  await engine.close();
});

test('a rejection in the thread is the error of that call, with its stack, and the thread lives on', async () => {
  const { engine, lines } = scripted('reject');
  const error = await engine.snapshot('all').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: 'a bug', stack: expect.stringContaining('at worker') });
  await expect(engine.fetch(view, 0)).rejects.toThrow('a bug');
  expect(lines.map(({ message }) => message)).toEqual(['life 0']);
});

describe('a thread that dies', () => {
  test.each(['throw', 'exit'] as const)('by %s is restarted, and open calls are repeated', async (how) => {
    const { engine, clock, logged } = scripted(how, 'answer');
    const asked = [engine.fetch(view, 0), engine.snapshot('all'), engine.state()];
    const ended = await logged('worker thread exited, restarting in 500 ms');
    expect(ended).toMatchObject({ level: 'error', fields: { delay: 500 } });
    expect(engine.health()).toMatchObject({ workerUp: false, workerRestarts: 1 });
    await clock.advance(500);
    expect(await Promise.all(asked)).toEqual([undefined, { life: 1 }, { life: 1 }]);
    expect(engine.health()).toEqual({ workerUp: true, workerRestarts: 1, problem: undefined });
  });

  test('is named in the log with its error', async () => {
    const { engine, logged } = scripted('throw');
    void engine.fetch(view, 0);
    const line = await logged('worker thread exited, restarting in 500 ms: out of memory');
    expect(line).toMatchObject({ level: 'error', fields: { err: expect.any(Error) } });
  });

  test('again and again is restarted ever later, half a minute at most', async () => {
    const { engine, clock } = scripted(...Array<Behaviour>(9).fill('exit'));
    void engine.fetch(view, 0);
    for (const delay of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await until(() => clock.timers.join() === String(delay), { what: `it restarts in ${delay} ms`, every: 1 });
      await clock.advance(delay);
    }
  });

  test.each([
    ['half a minute is restarted as soon as at first', 30_000, 500],
    ['less is restarted later than before, whatever it had answered', 29_999, 1_000],
  ])('after a life of %s', async (_name, life, delay) => {
    const { engine, clock, logged } = scripted('exit', 'mortal');
    const asked = engine.fetch(view, 0);
    await logged('worker thread exited, restarting in 500 ms');
    await clock.advance(500);
    await asked;
    await clock.advance(life);
    void engine.snapshot('the end');
    await until(() => clock.timers.join() === String(delay), { what: `it restarts in ${delay} ms`, every: 1 });
  });

  test('does no harm to notices that come meanwhile', async () => {
    const { engine, logged } = scripted('exit');
    void engine.fetch(view, 0);
    await logged('worker thread exited, restarting in 500 ms');
    expect(() => engine.touch(view)).not.toThrow();
  });
});

describe('the state', () => {
  test('is the last known one while the thread is too busy to tell', async () => {
    const { engine, clock, logged } = scripted('answer', 'hang');
    expect(await engine.state()).toEqual({ life: 0 });
    const pending = engine.state();
    await clock.advance(25);
    expect(await pending).toEqual({ life: 0 });
    await logged('life 0');
  });

  test('is waited for as long as it takes when none is known', async () => {
    const { engine, clock, logged } = scripted('hang');
    let settled = false;
    void engine.state().then(() => {
      settled = true;
    });
    await logged('asked');
    await clock.advance(60_000);
    expect(settled).toBe(false);
  });
});

describe('closing', () => {
  test('ends the thread, resolves what was asked, and nothing starts again', async () => {
    const { engine, clock, lines, logged } = scripted('hang');
    const asked = [engine.fetch(view, 0), engine.snapshot('all'), engine.state()];
    await logged('asked');
    await Promise.all([engine.close(), engine.close()]);
    expect(await Promise.all(asked)).toEqual([undefined, undefined, undefined]);
    await clock.advance(60_000);
    expect(lines.filter(({ message }) => message.startsWith('worker thread'))).toEqual([]);
    expect(await engine.snapshot('all')).toBeUndefined();
    expect(() => engine.touch(view)).not.toThrow();
  });

  test('while a dead thread waits for its next life cancels that', async () => {
    const { engine, clock, logged } = scripted('exit');
    const asked = engine.fetch(view, 0);
    await logged('worker thread exited, restarting in 500 ms');
    await engine.close();
    await asked;
    expect(clock.timers).toEqual([]);
  });
});

test('the thread has neither the environment nor the flags of the host', async () => {
  process.env['GATEWAYZ_METRICS_CANARY'] = 'secret';
  onTestFinished(() => void delete process.env['GATEWAYZ_METRICS_CANARY']);
  const { logged } = scripted();
  expect((await logged('life 0')).fields).toEqual({ env: {}, execArgv: [] });
});

describe('the engine in its thread', () => {
  async function start(make: (input: EngineInput, events: EngineEvents) => Engine, prometheus: FakePrometheus) {
    const lines: LogRecord[] = [];
    const engine = make(engineInput({ prometheusUrl: prometheus.url, metricsRefreshInterval: '1h' }), {
      publish: () => {},
      seriesOverLimit: () => {},
      log: (record) => lines.push(record),
    });
    onTestFinished(() => engine.close());
    return { engine, lines };
  }

  test('gives the same as in the thread of the host', async () => {
    const prometheus = await startFakePrometheus();
    onTestFinished(() => prometheus.close());
    playWholeGateway(prometheus);
    const inThread = (input: EngineInput, events: EngineEvents) =>
      superviseEngine(input, events, { script: () => built('engine/gatewayz-metrics-worker.js') });
    const here = (input: EngineInput, events: EngineEvents) => createEngine(input, undefined, events);
    const results = await Promise.all(
      [inThread, here].map(async (make) => {
        const { engine, lines } = await start(make, prometheus);
        const views: View[] = [
          { endpoint: 'all', format: 'text', encoding: 'identity' },
          { endpoint: 'all', format: 'text', encoding: 'gzip' },
          { endpoint: 'all', format: 'openmetrics', encoding: 'identity' },
        ];
        const fetched = await Promise.all(views.map((each) => engine.fetch(each, Date.now())));
        const snapshot = await engine.snapshot('summary');
        const state = await engine.state();
        return {
          bodies: views.map(({ format, encoding }) => {
            const bytes = fetched.find((each) => each?.view.format === format && each.view.encoding === encoding);
            return [bytes?.etag, bytes?.contentType, Buffer.from(bytes?.body ?? []).toString('base64')];
          }),
          rows: [...(snapshot?.rows ?? [])].map(([row, { metrics, reason }]) => [row, metrics, reason]),
          ready: state?.ready,
          lines,
        };
      }),
    );
    expect(results[0]).toEqual(results[1]);
    expect(results[0]?.bodies[0]?.[2]?.length).toBeGreaterThan(2_000);
    expect(results[0]?.ready).toBe(true);
  });
});
