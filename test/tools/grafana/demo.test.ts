import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answers, askEverything } from '../../support/ask-everything.js';
import { freePort } from '../../support/free-port.js';
import { type RunningCli, startCli } from '../../support/run-cli.js';
import { until } from '../../support/until.js';

let demo: RunningCli;
let service: string;
let prometheus: string;

beforeAll(async () => {
  const port = await freePort();
  demo = startCli(['demo', '--port', String(port), '--seed', '7']);
  service = `http://127.0.0.1:${port}`;
  const address = /^ +(http:\S+) +Prometheus$/m;
  const found = await until(() => address.exec(demo.stdout.join('\n')), {
    what: 'the demo tells where Prometheus is',
    within: 60_000,
  });
  prometheus = found[1] ?? '';
});
afterAll(async () => {
  demo.kill('SIGINT');
  await demo.ended;
});

describe('in the demo’s stack', () => {
  it('every panel, every drop-down and every alert has numbers, whatever the drop-downs are set to', async () => {
    let answers: Answers | undefined;
    const full = async (): Promise<boolean> => {
      await fetch(`${service}/prometheus/metrics/all`);
      answers = await askEverything(prometheus, answers?.empty);
      return answers.empty.length === 0;
    };
    await until(full, { what: 'nothing is empty', within: 300_000, every: 2_000 }).catch(() => undefined);
    expect(answers).toEqual({ empty: [], refused: [] });
  }, 420_000);
});
