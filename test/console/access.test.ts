import { describe, expect, test } from 'vitest';
import { wellDocument } from './console-documents.js';
import { heading, untilVerdict, withBrowser } from './open-page.js';

const token = 'gwm_secret-of-a-reader';
const challenge = { 'www-authenticate': 'Bearer realm="gatewayz-metrics"' };

describe('a token', () => {
  const { open } = withBrowser();

  test('is asked for, used, kept in the tab, and in no URL, title or text', async () => {
    const { page, stub } = await open((_path, _query, { headers }) =>
      headers.authorization === `Bearer ${token}` ? { body: wellDocument() } : { status: 401, headers: challenge },
    );
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await untilVerdict(page, /^The gateway is well/);
    await page.reload();
    await untilVerdict(page, /^The gateway is well/);
    expect(stub.requests.map(({ path }) => path).join(' ')).not.toContain(token);
    expect(await page.content()).not.toContain(token);
    expect(page.url()).not.toContain(token);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    await page.getByRole('button', { name: 'Forget token' }).click();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await page.locator('.sections').count()).toBe(0);
  });

  test('that is revoked takes every value off the page and is forgotten', async () => {
    const { page, stub } = await open((_path, _query, { headers }) =>
      headers.authorization === undefined ? { status: 401, headers: challenge } : { body: wellDocument() },
    );
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await untilVerdict(page, /^The gateway is well/);
    stub.respond = () => ({ status: 401, headers: challenge });
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await untilVerdict(page, /^Cannot tell: a token is required/);
    expect(await page.locator('main').innerText()).toContain('This token is not accepted.');
    expect(await page.locator('main').innerText()).not.toContain('5,061');
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  test('is not asked for where another server refuses', async () => {
    const { page, stub } = await open(() => ({ status: 401, headers: { 'www-authenticate': 'Negotiate' } }));
    expect(await heading(page)).toMatch(/^Cannot tell: access is denied/);
    expect(await page.getByLabel('Token').count()).toBe(0);
    expect(stub.requests).toHaveLength(1);
  });

  test('is not asked for where the host says no, but its reason is shown', async () => {
    const { page } = await open(() => ({ status: 403, body: { error: { message: 'Only operators may look.' } } }));
    expect(await heading(page)).toBe('Cannot tell: access is denied (Only operators may look).');
  });
});
