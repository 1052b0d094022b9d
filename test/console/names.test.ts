import { describe, expect, test } from 'vitest';
import { models, providers, sections, values, wellDocument } from './console-documents.js';
import { withBrowser } from './open-page.js';

const hostile = [
  '<img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '"><svg onload=alert(1)>',
  'openai\u202Egnp.exe',
  'bell\u0007 and \u0000',
  'x'.repeat(1_000),
  'model 🦜',
  '../../metrics?x#y%',
];

describe('names from outside', () => {
  const { open } = withBrowser();

  test('are text and nothing else, wherever they stand', async () => {
    const [provider] = providers;
    const { page, problems } = await open(() => ({
      body: wellDocument({
        verdict: { state: 'trouble', sentence: `${hostile[0]} is down.` },
        sections: [
          { title: hostile[0]!, fields: sections[0]!.fields.map((field) => ({ ...field, label: hostile[2]! })) },
        ],
        missing: { 'http.error_rate': hostile[0]! },
        values: { ...values, 'http.error_rate': null as unknown as number },
        providers: hostile.map((name) => ({ ...provider!, name })),
        models: { ...models(1), rows: hostile.map((model) => ({ ...models(1).rows[0]!, model, provider: model })) },
      }),
    }));
    expect(await page.locator('.providers tbody tr').count()).toBe(hostile.length);
    for (const name of [hostile[0]!, hostile[7]!]) {
      await page.goto(`${page.url().split('#')[0]}#/provider/${encodeURIComponent(name)}`);
      await expect.poll(() => page.locator('#page-title').innerText()).toBe(name);
    }
    await page.goto(`${page.url().split('#')[0]}#/models`);
    await expect.poll(() => page.locator('tbody tr').count()).toBe(hostile.length);
    expect(await page.locator('main img, main a[href^="javascript:"], main svg[onload]').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('show what would deceive: directions and control characters', async () => {
    const { page } = await open(() => ({
      body: wellDocument({ providers: [{ ...providers[0]!, name: hostile[3]! }] }),
    }));
    expect(await page.locator('.providers tbody th').innerText()).toBe('openai\\u202egnp.exe');
  });

  test('cannot widen the page', async () => {
    const { page } = await open(() => ({
      body: wellDocument({
        verdict: { state: 'trouble', sentence: `${hostile[5]} is down.` },
        providers: hostile.map((name) => ({ ...providers[0]!, name })),
      }),
    }));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1280);
  });
});
