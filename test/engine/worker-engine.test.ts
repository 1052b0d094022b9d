import { describe, expect, onTestFinished, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine, EngineEvents, EngineInput, LogRecord } from '../../src/engine/engine.js';
import { createWorkerEngine } from '../../src/engine/worker-engine.js';
import type { Representation, View } from '../../src/render/representation.js';
import { built } from '../support/built.js';
import { engineInput } from '../support/engine-input.js';
import { FakeClock } from '../support/fake-clock.js';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { until } from '../support/until.js';
import { playWholeGateway } from '../support/whole-gateway.js';

const view: View = { endpoint: 'summary', format: 'json', encoding: 'identity' };
const script = new URL('./scripted-worker.mjs', import.meta.url);

type Behaviour = 'answer' | 'throw' | 'exit' | 'mortal' | 'hang';

/** An engine over a thread that behaves as told, life by life. */
function scripted(...behaviours: readonly Behaviour[]) {
  return over(script, behaviours);
}

function over(script: URL, behaviours: readonly Behaviour[]) {
  const clock = new FakeClock();
  const lines: LogRecord[] = [];
  const events: EngineEvents = { publish: () => {}, dropped: () => {}, log: (record) => lines.push(record) };
  const workerData: unknown = { script: behaviours, lives: new SharedArrayBuffer(4) };
  const engine = createWorkerEngine(workerData as EngineInput, events, { clock, script });
  onTestFinished(() => engine.close());
  const logged = (message: string) =>
    until(() => lines.find((line) => line.message === message), { what: `"${message}" is logged`, every: 1 });
  return { engine, clock, lines, logged };
}

describe('a thread that dies', () => {
  test.each(['throw', 'exit'] as const)(
    'by %s is started again, and what was asked of it is asked again',
    async (how) => {
      const { engine, clock, logged } = scripted(how, 'answer');
      const asked = [engine.ask(view, 0), engine.snapshot('all'), engine.state()];
      const ended = await logged('worker thread exited, restarting in 500 ms');
      expect(ended).toMatchObject({ level: 'error', fields: { delay: 500 } });
      await clock.advance(500);
      expect(await Promise.all(asked)).toEqual([undefined, { life: 1 }, { life: 1 }]);
    },
  );

  test('is named in the log with its error', async () => {
    const { engine, logged } = scripted('throw');
    void engine.ask(view, 0);
    expect(await logged('worker: out of memory')).toMatchObject({ level: 'error', fields: { err: expect.any(Error) } });
  });

  test('because its file is not there, as in a bundle, is told with what to set', async () => {
    const { engine, lines } = over(new URL('./no-such-worker.mjs', import.meta.url), []);
    void engine.ask(view, 0);
    const line = await until(() => lines[0], { what: 'the error is logged', every: 1 });
    expect(line.message).toMatch(/^worker: Cannot find module .*no-such-worker\.mjs.*: set METRICS_WORKER=false$/s);
  });

  test('again and again is started ever later, half a minute at most', async () => {
    const { engine, clock, logged } = scripted(...Array<Behaviour>(9).fill('exit'));
    void engine.ask(view, 0);
    for (const delay of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await until(() => clock.timers.length > 0, { what: 'it has died', every: 1 });
      expect(clock.timers).toEqual([delay]);
      await logged(`worker thread exited, restarting in ${delay} ms`);
      await clock.advance(delay);
    }
  });

  test.each([
    ['half a minute is started again as soon as at first', 30_000, 500],
    ['less is started again later than before, whatever it had answered', 29_999, 1_000],
  ])('after a life of %s', async (_name, life, delay) => {
    const { engine, clock, logged } = scripted('exit', 'mortal');
    const asked = engine.ask(view, 0);
    await logged('worker thread exited, restarting in 500 ms');
    await clock.advance(500);
    await asked;
    await clock.advance(life);
    void engine.snapshot('the end');
    await until(() => clock.timers.length > 0, { what: 'it has died', every: 1 });
    expect(clock.timers).toEqual([delay]);
  });

  test('does no harm to notices that come meanwhile', async () => {
    const { engine, logged } = scripted('exit');
    void engine.ask(view, 0);
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
    const asked = [engine.ask(view, 0), engine.snapshot('all'), engine.state()];
    await logged('asked');
    await Promise.all([engine.close(), engine.close()]);
    expect(await Promise.all(asked)).toEqual([undefined, undefined, undefined]);
    await clock.advance(60_000);
    expect(lines.filter(({ message }) => message.startsWith('worker:'))).toEqual([]);
    expect(await engine.snapshot('all')).toBeUndefined();
    expect(() => engine.touch(view)).not.toThrow();
  });

  test('while a dead thread waits for its next life cancels that', async () => {
    const { engine, clock, logged } = scripted('exit');
    const asked = engine.ask(view, 0);
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
    const published: Representation[] = [];
    const lines: LogRecord[] = [];
    const engine = make(engineInput({ prometheusUrl: prometheus.url, metricsRefreshInterval: '1h' }), {
      publish: (representations) => published.push(...representations),
      dropped: () => {},
      log: (record) => lines.push(record),
    });
    onTestFinished(() => engine.close());
    return { engine, published, lines };
  }

  test('gives the same as in the thread of the host', async () => {
    const prometheus = await startFakePrometheus();
    onTestFinished(() => prometheus.close());
    playWholeGateway(prometheus);
    const inThread = (input: EngineInput, events: EngineEvents) =>
      createWorkerEngine(input, events, { script: built('engine/worker.js') });
    const here = (input: EngineInput, events: EngineEvents) => createEngine(input, () => undefined, events);
    const results = await Promise.all(
      [inThread, here].map(async (make) => {
        const { engine, published, lines } = await start(make, prometheus);
        const views: View[] = [
          { endpoint: 'all', format: 'text', encoding: 'identity' },
          { endpoint: 'all', format: 'text', encoding: 'gzip' },
          { endpoint: 'all', format: 'openmetrics', encoding: 'identity' },
        ];
        await Promise.all(views.map((each) => engine.ask(each, Date.now())));
        const snapshot = await engine.snapshot('summary');
        const state = await engine.state();
        return {
          bodies: views.map(({ format, encoding }) => {
            const bytes = published.find((each) => each.view.format === format && each.view.encoding === encoding);
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
