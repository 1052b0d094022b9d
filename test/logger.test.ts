import { execFile, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { built } from './support/built.js';
import { until } from './support/until.js';

const runFile = promisify(execFile);
const prelude = `
  const { createLogger } = await import(${JSON.stringify(built('logger.js').href)});
  const log = await createLogger({ logLevel: 'info', lokiUrl: undefined });
`;
const moduleArgs = (code: string): string[] => ['--input-type=module', '--eval', prelude + code];

async function lines(code: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await runFile(process.execPath, moduleArgs(code));
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('lines are JSON with level, time, name, fields and message; lower levels are left out', async () => {
  const [first, second, ...others] = await lines(`
    log.debug({ secret: 1 }, 'not logged');
    log.info('a message alone');
    log.child({ part: 'x' }).error({ err: new TypeError('broken', { cause: 'cable' }), big: 10n }, 'it failed');
  `);
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    level: 30,
    time: expect.any(Number),
    name: 'gatewayz-metrics',
    msg: 'a message alone',
  });
  const err = {
    type: 'TypeError',
    message: 'broken',
    stack: expect.stringContaining('TypeError: broken'),
    cause: 'cable',
  };
  expect(second).toMatchObject({ level: 50, part: 'x', err, big: '10', msg: 'it failed' });
});

test('what cannot be serialized and what is too long does no harm', async () => {
  const [first, second] = await lines(`
    const self = {};
    self.self = self;
    log.warn({ self }, 'circular');
    log.warn({ text: 'x'.repeat(2_000_000) }, 'long');
  `);
  expect(first).toMatchObject({ level: 40, msg: 'circular', unserializable: true });
  expect(String(second?.['text']).length).toBe(8_001);
});

test('a full disk behind standard output loses lines, with a word on standard error, and nothing else', async () => {
  const child = spawn(
    process.execPath,
    moduleArgs(`
    for (let i = 0; i < 100; i += 1) log.info('line');
    await log.close();
    process.exit(log.lost === 100 ? 7 : 8);
  `),
    { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] },
  );
  let told = '';
  child.stderr!.on('data', (text) => {
    told += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(7);
  expect(told).toMatch(/^gatewayz-metrics: standard output cannot be written \(ENOSPC[^\n]*\n$/);
});

test('a reader of standard output that is stuck never blocks the process, nor its end', async () => {
  const child = spawn(
    process.execPath,
    moduleArgs(`
    let turns = 0;
    setInterval(() => {
      for (let i = 0; i < 1_000; i += 1) log.info('x'.repeat(1_000));
      turns += 1;
      if (turns === 10) void log.close().then(() => process.exit(log.lost > 0 ? 7 : 8));
    }, 1);
  `),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout!.pause();
  let told = '';
  child.stderr!.on('data', (text) => {
    told += text;
  });
  await until(() => child.exitCode !== null, { what: 'it has ended', within: 30_000 });
  expect(child.exitCode).toBe(7);
  expect(told).toMatch(/^(gatewayz-metrics: standard output is not read; log lines are dropped\n)+$/);
});
