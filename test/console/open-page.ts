import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest';
import { browserFlags } from './browser-flags.js';
import { type ConsoleStub, startConsoleStub } from './console-stub.js';

export interface OpenedPage {
  readonly page: Page;
  readonly stub: ConsoleStub;
  /** Violations of the page's policy, errors and failed requests so far. */
  readonly problems: readonly string[];
}

/** One browser for the tests of a file; each page has a profile of its own. */
export function withBrowser(): {
  /** Opens the page against a stub, and waits for its first verdict. */
  open(
    respond: ConsoleStub['respond'],
    options?: BrowserContextOptions & { readonly hash?: string; readonly clock?: boolean; readonly mount?: string },
  ): Promise<OpenedPage>;
  context(): Browser;
} {
  let browser: Browser;
  beforeAll(async () => {
    const { program, env } = inject('chromium');
    browser = await chromium.launch({
      executablePath: program,
      args: [...browserFlags],
      env: { ...process.env, ...env } as Record<string, string>,
    });
  });
  afterAll(() => browser?.close());
  return {
    context: () => browser,
    async open(respond, { hash = '#/', clock = false, mount, ...options } = {}) {
      const stub = await startConsoleStub(mount);
      stub.respond = respond;
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      onTestFinished(async () => {
        await context.close();
        await stub.close();
      });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          problems.push(message.text());
      });
      if (clock) await page.clock.install();
      await page.goto(stub.url + hash);
      await page.waitForFunction(() => !/^Loading/.test(document.querySelector('h1')?.textContent ?? 'Loading'));
      return { page, stub, problems };
    },
  };
}

export const heading = (page: Page): Promise<string> => page.locator('h1').innerText();

/** Waits until the verdict says so. */
export async function untilVerdict(page: Page, sentence: string | RegExp): Promise<void> {
  await expect.poll(() => heading(page), { timeout: 15_000 }).toMatch(sentence);
}
