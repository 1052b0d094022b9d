import { expect, test } from 'vitest';
import { systemClock } from '../src/clock.js';

test('a timer runs once its time has come, not before', async () => {
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const keepAlive = setInterval(() => {}, 1_000);
    systemClock.setTimeout(() => {
      clearInterval(keepAlive);
      resolve();
    }, 20);
  });
  expect(performance.now() - start).toBeGreaterThanOrEqual(19);
});

test('a timer that is cancelled does not run', async () => {
  const ran: string[] = [];
  await new Promise<void>((resolve) => {
    const cancelled = systemClock.setTimeout(() => ran.push('cancelled'), 1);
    systemClock.setTimeout(resolve, 20);
    cancelled.cancel();
    cancelled.cancel();
  });
  expect(ran).toEqual([]);
});

test('a timer further off than Node can count does not run at once', async () => {
  const ran: string[] = [];
  const far = systemClock.setTimeout(() => ran.push('far'), 2 ** 40);
  await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 20));
  far.cancel();
  expect(ran).toEqual([]);
});

test('a timer does not keep the process alive', () => {
  const before = process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const timer = systemClock.setTimeout(() => {}, 60_000);
  expect(process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length).toBe(before);
  timer.cancel();
});
