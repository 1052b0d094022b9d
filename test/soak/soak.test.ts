import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';

const main = fileURLToPath(new URL('../../soak/main.mjs', import.meta.url));
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Shorter and gentler than `npm run soak`, with a fixed seed. */
const soak = (seconds: number, ...more: string[]) =>
  runCommand(process.execPath, [main, '--seconds', `${seconds}`, '--rate', '40', '--seed', '7', ...more]);

describe('a soak', () => {
  test('passes when every response keeps its promise, whatever fault is active', {
    timeout: 600_000,
  }, async () => {
    const { code, output } = await soak(12);
    expect(code, output).toBe(0);
    expect(output).toContain('soak: passed');
    expect(output).toMatch(/^sent +4\d\d requests in 12 s/m);
    expect(output).toMatch(/^faults +.+\(1\), .+\(1\)/m);
    for (const response of ['summary 200', 'text 200', 'openmetrics 200', 'scrape 200', 'wrong token 401']) {
      expect(output).toContain(response);
    }
  });

  test('fails on a response that breaks a promise, and shows it', { timeout: 600_000 }, async () => {
    const { code, output } = await soak(5, '--load', beside('negative-age.mjs'));
    expect(code, output).toBe(1);
    expect(output).toMatch(/FAILED: \w+ got a response that breaks a promise .+ expected Age in whole seconds, got -1/);
  });

  test.skipIf(process.platform !== 'linux')(
    'fails when memory and descriptors leak',
    { timeout: 600_000 },
    async () => {
      const { code, output } = await soak(8, '--load', beside('leak.mjs'));
      expect(code, output).toBe(1);
      expect(output).toContain('FAILED: the heap grows');
      expect(output).toMatch(/FAILED: \d+ descriptors are open at the end, \d+ were at the start/);
      expect(output).not.toContain('breaks a promise');
    },
  );

  test.each([['--minutes', 'many'], ['--rate', '0'], ['--nonsense', '1'], ['extra']])(
    'refuses %s %s with 2',
    async (...args) => {
      const { code, output } = await runCommand(process.execPath, [main, ...args.filter((arg) => arg !== undefined)]);
      expect(code).toBe(2);
      expect(output).toContain('npm run soak');
    },
  );
});
