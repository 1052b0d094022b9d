// node scripts/screenshots.mjs: pictures of the console for README and docs, over the demo with a fixed seed; run after a build.
// The page's times are moved to a fixed one, so that only values differ from run to run, and little.
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { root } from './run.mjs';

const port = 8123;
const address = `http://127.0.0.1:${port}/prometheus/console/`;
const shownAt = Date.UTC(2026, 10, 22, 12, 0, 0);
/** Milliseconds of history that the lines show. */
const recording = 240_000;
const folder = join(root, 'docs', 'images');
const pictures = [
  ['console-light', '#/', 'light'],
  ['console-dark', '#/', 'dark'],
  ['console-value-light', '#/value/http.request_rate_per_minute', 'light'],
];

const demo = spawn(process.execPath, ['dist/cli/main.js', 'demo', '--port', String(port), '--seed', '7'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  await recorded();
  await mkdir(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  for (const [name, hash, colorScheme] of pictures) {
    await takePicture(browser, colorScheme, hash, join(folder, `${name}.png`));
  }
  await browser.close();
} finally {
  demo.kill('SIGINT');
}

/** Keeps the console's values recorded until the lines have something to show. */
async function recorded() {
  let since;
  while (since === undefined || Date.now() - since < recording) {
    const response = await fetch(`${address}data`).catch(() => undefined);
    if (response?.ok && (await response.json()).status === 'ok') since ??= Date.now();
    await delay(4_000);
  }
}

async function takePicture(browser, colorScheme, hash, path) {
  const context = await browser.newContext({
    colorScheme,
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 2,
  });
  const page = await context.newPage();
  for (const file of ['data', 'history']) {
    await page.route(`**/console/${file}*`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: moved(await response.json()) });
    });
  }
  await page.goto(address + hash);
  await page.locator('h1').waitFor();
  await page
    .locator(hash === '#/' ? '.providers tbody tr' : '.plot canvas')
    .first()
    .waitFor();
  await page.screenshot({ path });
  await context.close();
}

/** The document with its evaluation, and with that every time in it, at the fixed time. */
function moved(document) {
  const newest = document.timestamp ?? document.timestamps.at(-1);
  const move = (at) => (typeof at === 'number' ? at - newest + shownAt : at);
  const history = document.history && {
    ...document.history,
    recorded_since: move(document.history.recorded_since),
    timestamps: document.history.timestamps.map(move),
  };
  return {
    ...document,
    ...(document.timestamp && { timestamp: shownAt }),
    ...(history && { history }),
    ...(document.timestamps && { timestamps: document.timestamps.map(move) }),
    ...(document.providers && { providers: document.providers.map((one) => ({ ...one, since: move(one.since) })) }),
  };
}
