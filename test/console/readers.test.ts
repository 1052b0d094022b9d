import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, ElementContext } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { evaluatedAt, history, models, providers, wellDocument } from './console-documents.js';
import type { ConsoleStub } from './console-stub.js';
import { untilVerdict, withBrowser } from './open-page.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const troubled = providers.map((one) =>
  one.name === 'openai'
    ? { ...one, state: 'down' as const, error_ratio: 0.62, since: evaluatedAt - 720_000 }
    : one.name === 'mistral'
      ? { ...one, state: 'degraded' as const, error_ratio: 0.09 }
      : one,
);

const respond: ConsoleStub['respond'] = (path, query) => {
  if (path === 'data') {
    const states = {
      openai: `${'h'.repeat(100)}${'d'.repeat(9)}${'x'.repeat(12)}`,
      groq: `${'-'.repeat(40)}${'h'.repeat(81)}`,
    };
    return {
      body: wellDocument({
        verdict: { state: 'trouble', sentence: 'openai is down: 62% of its requests fail.' },
        providers: troubled,
        history: history(states),
        stale: { 'health.tracked_models': 190 },
        ...(query.has('models') && { models: models(20) }),
      }),
    };
  }
  const { timestamps, values } = history();
  return {
    body: {
      field: query.get('field'),
      range: query.get('range'),
      step_seconds: 60,
      promql: 'sum(rate(fastapi_requests_total[5m]))',
      timestamps,
      values: values['http.request_rate_per_minute'],
    },
  };
};

const views = {
  overview: '#/',
  models: '#/models',
  value: '#/value/http.request_rate_per_minute',
  provider: '#/provider/openai',
};

async function violations(page: Page): Promise<readonly string[]> {
  // Not as a script element: the page's policy forbids that, as it should.
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(context: ElementContext): Promise<AxeResults> } }).axe.run(document),
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

async function settled(page: Page, view: string): Promise<void> {
  await untilVerdict(page, /^openai is down/);
  if (view === 'value') await page.locator('.plot canvas').waitFor();
  if (view === 'models') await page.locator('tbody tr').first().waitFor();
}

describe('everybody can read it', () => {
  const { open } = withBrowser();

  test.each(Object.keys(views))('%s has no violations of axe-core, light or dark', async (view) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, problems } = await open(respond, { colorScheme, hash: views[view as keyof typeof views] });
      await settled(page, view);
      expect(await violations(page)).toEqual([]);
      expect(problems).toEqual([]);
    }
  });

  test.each([
    [320, 1],
    [1280, 4],
    [2560, 1],
  ])('nothing scrolls sideways at %d px, %d device pixels each, but tables', async (width, deviceScaleFactor) => {
    const viewport = { width: width === 1280 && deviceScaleFactor === 4 ? 320 : width, height: 800 };
    for (const [view, hash] of Object.entries(views)) {
      const { page } = await open(respond, { viewport, deviceScaleFactor, hash });
      await settled(page, view);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
    }
  });

  test('one screen of 1280 × 800 holds verdict, sections and the providers at fault', async () => {
    const { page } = await open(respond);
    for (const place of ['.verdict', '.sections', '.providers tbody tr:nth-child(2)']) {
      const box = await page.locator(place).boundingBox();
      expect(box!.y + box!.height, place).toBeLessThan(800);
    }
  });

  test('the keyboard reaches every value, opens it, moves along its points, and comes back', async () => {
    const { page } = await open(respond);
    await page.locator('.sections a').nth(1).focus();
    await page.keyboard.press('Enter');
    await page.locator('.plot canvas').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('page-title');
    const plot = page.getByRole('slider');
    await plot.focus();
    await page.keyboard.press('Home');
    const first = await plot.getAttribute('aria-valuetext');
    await page.keyboard.press('ArrowRight');
    expect(await plot.getAttribute('aria-valuetext')).not.toBe(first);
    expect(await page.locator('figcaption').innerText()).toContain(await plot.getAttribute('aria-valuetext'));
    expect(await page.locator('.points tbody tr').count()).toBe(121);
    await page.keyboard.press('Escape');
    await page.locator('.sections').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(
      '#/value/http.request_rate_per_minute',
    );
  });

  test('focus and order of the rows stay over refreshes, and nothing is announced but a changed verdict', async () => {
    const { page, stub } = await open(respond, { clock: true });
    await page.locator('.providers tbody a').nth(1).focus();
    const before = await page.locator('.providers tbody th').allInnerTexts();
    await page.evaluate(() => {
      const counter = { mutations: 0 };
      Object.assign(window, { counter });
      const observer = new MutationObserver((records) => {
        counter.mutations += records.length;
      });
      observer.observe(document.querySelector('[role=status]')!, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    const mutations = () =>
      page.evaluate(() => (window as unknown as { counter: { mutations: number } }).counter.mutations);
    for (let refresh = 1; refresh <= 20; refresh += 1) {
      stub.respond = (path, query, request) => {
        const { body } = respond(path, query, request);
        const timestamp = evaluatedAt + 10_000 * refresh;
        return { body: { ...body, timestamp, providers: [...troubled].map((one) => ({ ...one, state: 'healthy' })) } };
      };
      await page.clock.fastForward('00:13');
      await expect
        .poll(() => page.locator('.age time').getAttribute('datetime'))
        .toBe(new Date(evaluatedAt + 10_000 * refresh).toISOString());
    }
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('mistral');
    expect(await page.locator('.providers tbody th').allInnerTexts()).toEqual(before);
    expect(await mutations()).toBe(0);
    stub.respond = () => ({ body: wellDocument({ timestamp: evaluatedAt + 400_000 }) });
    await page.clock.fastForward('00:13');
    await untilVerdict(page, /^The gateway is well/);
    expect(await mutations()).toBeGreaterThan(0);
  });

  test('states differ in height as well as in colour, and stand in words', async () => {
    const { page } = await open(respond);
    const timeline = page.locator('.providers tbody tr').first().locator('svg.timeline');
    expect(await timeline.getAttribute('aria-label')).toMatch(
      /^healthy from \d\d:\d\d, degraded from \d\d:\d\d, down from \d\d:\d\d$/,
    );
    const heights = await timeline
      .locator('rect')
      .evaluateAll((rects) => rects.map((rect) => rect.getAttribute('height')));
    expect(new Set(heights).size).toBe(3);
  });

  test.each(['light', 'dark'] as const)(
    'marks of states have a contrast of 3 in %s, and differ under colour blindness',
    async (colorScheme) => {
      const { page } = await open(respond, { colorScheme });
      const colors = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const read = (name: string) => style.getPropertyValue(name).trim();
        return { page: read('--page'), marks: ['--well', '--degraded', '--down', '--partial', '--idle'].map(read) };
      });
      for (const mark of colors.marks) expect(contrast(mark, colors.page), mark).toBeGreaterThanOrEqual(3);
      const session = await page.context().newCDPSession(page);
      for (const type of ['protanopia', 'deuteranopia', 'tritanopia', 'achromatopsia'] as const) {
        await session.send('Emulation.setEmulatedVisionDeficiency', { type });
        const words = await page.locator('.providers td.state').allInnerTexts();
        expect(words.slice(0, 3).map((text) => text.trim().split(' ')[0])).toEqual(['Down', 'Degraded', 'Healthy']);
        const shapes = await page
          .locator('.providers td.state path')
          .evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
        expect(new Set(shapes.slice(0, 3)).size).toBe(3);
      }
    },
  );

  test('forced colours keep marks and the plot visible; nothing moves under reduced motion', async () => {
    const { page } = await open(respond, { forcedColors: 'active', reducedMotion: 'reduce', hash: views.value });
    await settled(page, 'value');
    const [fill, background] = await page.evaluate(() => [
      getComputedStyle(document.querySelector('.verdict .mark')!).fill,
      getComputedStyle(document.documentElement).backgroundColor,
    ]);
    expect(fill).not.toBe(background);
    const moving = await page.evaluate(() => document.getAnimations().length);
    expect(moving).toBe(0);
  });
});

function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(hex: string): number {
  const full = hex.length === 4 ? hex.replace(/[\da-f]/gi, '$&$&') : hex;
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
