import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stack, startStack } from '../../src/demo/start-stack.js';
import { type Answers, askEverything } from '../support/ask-everything.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ port: await freePort(), seed: 7, onProgress: () => {} });
});
afterAll(() => stack.stop());

describe('in the demo’s stack', () => {
  it('every panel, every drop-down and every alert has numbers, whatever the drop-downs are set to', async () => {
    let answers: Answers | undefined;
    const full = async (): Promise<boolean> => {
      await fetch(`${stack.urls.service}/prometheus/metrics/all`);
      answers = await askEverything(stack.urls.prometheus, answers?.empty);
      return answers.empty.length === 0;
    };
    await until(full, { what: 'nothing is empty', within: 150_000, every: 2_000 }).catch(() => undefined);
    expect(answers).toEqual({ empty: [], refused: [] });
  }, 240_000);
});
