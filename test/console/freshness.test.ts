import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { evaluatedAt, wellDocument } from './console-documents.js';
import type { ScriptedResponse } from './console-stub.js';
import { heading, untilVerdict, withBrowser } from './open-page.js';

const well = /^The gateway is well/;
const looksOld = (page: Page): Promise<number> => page.locator('.sections.old').count();

/** The gateway as it is well, evaluated so many seconds later. */
function later(seconds: number, change: Partial<ReturnType<typeof wellDocument>> = {}): ScriptedResponse {
  return { body: wellDocument({ timestamp: evaluatedAt + 1000 * seconds, ...change }) };
}

describe('old values are never shown as current', () => {
  const { open } = withBrowser();

  test('while the service does not respond, and they go away at the stale limit', async () => {
    const { page, stub } = await open(() => later(0), { clock: true });
    expect(await heading(page)).toMatch(well);
    stub.respond = () => ({ drop: true });
    await page.clock.fastForward('00:15');
    await untilVerdict(page, /^Cannot tell: the metrics service does not respond/);
    expect(await looksOld(page)).toBe(1);
    expect(await page.locator('.sections').innerText()).toContain('5,061');
    await page.clock.fastForward('06:00');
    await expect.poll(() => page.locator('.sections').innerText()).not.toContain('5,061');
    stub.respond = () => later(400);
    await page.clock.fastForward('02:00');
    await untilVerdict(page, well);
    expect(await page.locator('.sections').innerText()).toContain('5,061');
  });

  test('after two hours of sleep, before any response', async () => {
    const { page, stub } = await open(() => later(0), { clock: true });
    stub.respond = () => ({ status: 200, headers: { 'content-length': '10' } });
    await page.clock.fastForward('02:00:00');
    await untilVerdict(page, /^Cannot tell/);
    expect(await page.locator('.sections').innerText()).not.toContain('5,061');
  });

  test.each(['visibilitychange', 'online', 'pageshow'])('after %s, until the next response', async (event) => {
    const { page, stub } = await open(() => later(0), { clock: true });
    const { promise: released, resolve: release } = deferred();
    stub.respond = () => later(10);
    await page.route('**/data*', async (route) => {
      await released;
      await route.continue();
    });
    await page.evaluate((name) => {
      const target = name === 'visibilitychange' ? document : window;
      target.dispatchEvent(name === 'pageshow' ? new PageTransitionEvent(name, { persisted: true }) : new Event(name));
    }, event);
    await expect.poll(() => looksOld(page)).toBe(1);
    release();
    await expect.poll(() => looksOld(page)).toBe(0);
    await untilVerdict(page, well);
  });

  test('whatever the clock of the reader says', async () => {
    const { page } = await open(() => later(0), { clock: true });
    await page.clock.setSystemTime(Date.now() - 3 * 3_600_000);
    await page.clock.runFor(1_500);
    expect(await page.locator('.age .number').innerText()).toMatch(/^[678] s$/);
    expect(await heading(page)).toMatch(well);
  });

  test('when a replica behind a balancer is behind', async () => {
    const { page, stub } = await open(() => later(0), { clock: true });
    stub.respond = () => later(-30, { age_seconds: 46, verdict: { state: 'down', sentence: 'Everything was down.' } });
    await page.clock.fastForward('00:13');
    await expect.poll(() => stub.requests.length).toBeGreaterThan(1);
    expect(await heading(page)).toMatch(well);
    expect(await page.locator('.age time').getAttribute('datetime')).toBe(new Date(evaluatedAt).toISOString());
  });

  test('and every request asks the service, not a cache', async () => {
    const { page, stub } = await open(() => later(0), { clock: true });
    stub.respond = () => later(10, { age_seconds: 16 });
    await page.clock.fastForward('00:06');
    await expect.poll(() => page.locator('.age .number').innerText()).toMatch(/^1[67] s$/);
  });
});

describe('the page asks', () => {
  const { open } = withBrowser();

  test('when the next values are due, and only for what it does not have', async () => {
    const { page, stub } = await open(() => ({ ...later(0), headers: { 'cache-control': 'private, max-age=66' } }), {
      clock: true,
    });
    await page.clock.fastForward('00:50');
    expect(stub.requests).toHaveLength(1);
    await page.clock.fastForward('00:20');
    await expect.poll(() => stub.requests.length).toBe(2);
    expect(stub.requests[1]!.path).toContain(`since=${evaluatedAt}`);
  });

  test('not at all while it is hidden', async () => {
    const { page, stub } = await open(() => later(0), { clock: true });
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.clock.fastForward('01:00:00');
    expect(stub.requests).toHaveLength(1);
  });

  test('no more with a token that is not accepted', async () => {
    const { page, stub } = await open(() => ({ status: 401, headers: { 'www-authenticate': 'Bearer' } }), {
      clock: true,
    });
    await page.clock.fastForward('05:00');
    expect(stub.requests).toHaveLength(1);
  });

  test('when Retry-After says so', async () => {
    const { page, stub } = await open(() => ({ status: 429, headers: { 'retry-after': '120' } }), { clock: true });
    await page.clock.fastForward('01:55');
    expect(stub.requests).toHaveLength(1);
    await page.clock.fastForward('00:25');
    await expect.poll(() => stub.requests.length).toBe(2);
  });

  test('once a minute, and says so, when nobody has touched it for an hour', async () => {
    const { page, stub } = await open(() => later(0), { clock: true });
    await page.clock.fastForward('01:01:00');
    await expect.poll(() => page.locator('.age').innerText()).toContain('once a minute');
    const before = stub.requests.length;
    await page.clock.fastForward('00:55');
    expect(stub.requests).toHaveLength(before);
    await page.keyboard.press('Shift');
    await expect.poll(() => stub.requests.length).toBe(before + 1);
  });

  test('for a reload after an upgrade', async () => {
    const { page, stub } = await open(() => later(0), { clock: true });
    stub.respond = () => later(10, { build: 'index-newer.js' });
    await page.clock.fastForward('00:13');
    await expect.poll(() => page.locator('.verdict').innerText()).toContain('This page is of an older version.');
  });
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
