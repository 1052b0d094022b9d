import { expect, test } from 'vitest';
import type { EngineEvents, EngineInput } from '../../src/engine/engine.js';
import { shareEngine } from '../../src/engine/share-engine.js';
import type { View } from '../../src/render/representation.js';

const view: View = { endpoint: 'summary', format: 'json', encoding: 'identity' };
let inputs = 0;

function setup() {
  inputs += 1;
  const input = { settings: { metricsWorker: true, prometheusUrl: `http://${inputs}` } } as unknown as EngineInput;
  const made: { events: EngineEvents; closed: number; touched: number }[] = [];
  const use = (given = input) => {
    const told: string[] = [];
    const events: EngineEvents = {
      publish: () => told.push('publish'),
      seriesOverLimit: () => told.push('seriesOverLimit'),
      log: ({ message }) => told.push(message),
    };
    const engine = shareEngine(given, events, (_input, shared) => {
      const one = { events: shared, closed: 0, touched: 0 };
      made.push(one);
      return {
        fetch: async () => undefined,
        touch() {
          one.touched += 1;
        },
        snapshot: async () => undefined,
        state: async () => undefined,
        health: () => ({ workerUp: true, workerRestarts: 0, problem: undefined }),
        async close() {
          one.closed += 1;
        },
      };
    });
    return { engine, told };
  };
  return { made, use, input };
}

test('users with equal input share one engine, others have their own', () => {
  const { made, use, input } = setup();
  use();
  use(structuredClone(input));
  expect(made).toHaveLength(1);
  use({ ...input, settings: { ...input.settings, metricsPrefix: '/other' } });
  expect(made).toHaveLength(2);
  const here = { ...input, settings: { ...input.settings, metricsWorker: false } };
  use(here);
  use(here);
  expect(made).toHaveLength(4);
});

test('all users get what is published, and the newest one the log lines', () => {
  const { made, use } = setup();
  const [first, second] = [use(), use()];
  made[0]?.events.publish([]);
  made[0]?.events.seriesOverLimit({});
  made[0]?.events.log({ level: 'info', message: 'a line', fields: {} });
  expect([first?.told, second?.told]).toEqual([
    ['publish', 'seriesOverLimit'],
    ['publish', 'seriesOverLimit', 'a line'],
  ]);
});

test('a line that is logged while the engine is created reaches the user', () => {
  const lines: string[] = [];
  const events = { publish() {}, seriesOverLimit() {}, log: ({ message }: { message: string }) => lines.push(message) };
  const input = { settings: { metricsWorker: true, prometheusUrl: 'http://early' } } as unknown as EngineInput;
  shareEngine(input, events, (_input, shared) => {
    shared.log({ level: 'error', message: 'no thread', fields: {} });
    return {} as never;
  });
  expect(lines).toEqual(['no thread']);
});

test('the engine ends with its last user, and a later one gets a new engine', async () => {
  const { made, use } = setup();
  const [first, second] = [use(), use()];
  await Promise.all([first?.engine.close(), first?.engine.close()]);
  first?.engine.touch(view);
  second?.engine.touch(view);
  expect(made.map(({ closed, touched }) => [closed, touched])).toEqual([[0, 1]]);
  expect(await first?.engine.state()).toBeUndefined();
  await second?.engine.close();
  expect(made[0]?.closed).toBe(1);
  use();
  expect(made).toHaveLength(2);
});
