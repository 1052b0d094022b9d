import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readPageFiles } from '../../src/history/page-files.js';
import { evaluatedAt, history, models, values, wellDocument } from './console-documents.js';
import { withBrowser } from './open-page.js';

const { files } = readPageFiles()!;

describe('the files of the page', () => {
  test('are three, and at most 50 kB compressed', () => {
    expect([...files.keys()].map((path) => path.replace(/-[\w-]+\./, '.')).sort()).toEqual([
      '',
      'assets/index.css',
      'assets/index.js',
    ]);
    const size = [...files.values()].reduce((sum, { gzip }) => sum + gzip.length, 0);
    expect(size).toBeLessThanOrEqual(50_000);
  });

  test('name no other origin and no absolute path', () => {
    const html = Buffer.from(files.get('')!.body).toString();
    const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link!);
    expect(links.filter((link) => !link.startsWith('./assets/') && !link.startsWith('data:image/svg'))).toEqual([]);
    const css = [...files].find(([path]) => path.endsWith('.css'))![1];
    expect(Buffer.from(css.body).toString()).not.toMatch(/@import|url\((?!#)/);
  });

  test('hold no inline script and no inline style', () => {
    const html = Buffer.from(files.get('')!.body).toString();
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)| on\w+=/);
  });
});

describe('a page that is open', () => {
  const { open } = withBrowser();

  test('asks for nothing but own paths, at any depth', async () => {
    for (const mount of ['', '/prometheus', '/some/deep/mount/prometheus']) {
      const { page, stub } = await open(() => ({ body: wellDocument() }), { mount });
      const urls: string[] = [];
      page.on('request', (request) => urls.push(request.url()));
      await page.reload();
      await page.locator('.providers').waitFor();
      expect(urls.filter((url) => !url.startsWith(stub.url) && !url.startsWith('data:'))).toEqual([]);
    }
  });

  test('keeps a keystroke in the filter cheap with the first hundred of 18,000 models', async () => {
    const { page } = await open(() => ({ body: wellDocument({ models: models(100, 18_000) }) }), { hash: '#/models' });
    await page.locator('tbody tr').first().waitFor();
    expect(await page.locator('.controls .note').innerText()).toBe('100 of 18,000');
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    expect(nodes).toBeLessThan(2_500);
    await page.getByLabel('Filter').pressSequentially('claude-2');
    await expect.poll(() => page.locator('tbody tr').count()).toBeLessThan(20);
    expect(page.url()).toContain('filter=claude-2');
  });

  test('does not grow over a day', { timeout: 60_000 }, async () => {
    let evaluation = 0;
    const { page } = await open(
      () => {
        evaluation += 1;
        const timestamp = evaluatedAt + 600_000 * evaluation;
        const column = Object.fromEntries(Object.keys(values).map((id) => [id, [evaluation % 7]]));
        const states = { openai: 'h', groq: evaluation % 9 === 0 ? 'x' : 'h' };
        return {
          headers: { 'cache-control': 'private, max-age=600' },
          body: wellDocument({
            stale_limit_seconds: 3_600,
            timestamp,
            history: { recorded_since: evaluatedAt, timestamps: [timestamp], values: column, states },
          }),
        };
      },
      { clock: true },
    );
    const session = await page.context().newCDPSession(page);
    const heap = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      return usedSize;
    };
    const pass = async (refreshes: number): Promise<void> => {
      for (let refresh = 0; refresh < refreshes; refresh += 1) {
        // Not only sent, but shown: a jump of the clock would cancel what is under way.
        const shown = new Date(evaluatedAt + 600_000 * (evaluation + 1)).toISOString();
        await page.clock.fastForward('11:10');
        await page.locator(`.age time[datetime="${shown}"]`).waitFor({ timeout: 5_000 });
      }
    };
    await pass(40);
    const atFirst = await heap();
    await pass(144);
    expect(await heap()).toBeLessThan(1.2 * atFirst);
    expect(await page.locator('.sections').count()).toBe(1);
  });

  test('is sent at most 30 kB at first and 3 kB later', () => {
    const bytes = (document: object): number => gzipSync(JSON.stringify(document)).length;
    expect(bytes(wellDocument())).toBeLessThan(30_000);
    const { sections: _, ...rest } = wellDocument();
    const { timestamps, values: columns, states, ...since } = history();
    const last = <T extends string | readonly unknown[]>(column: T): T => column.slice(-1) as T;
    const one = {
      ...since,
      timestamps: last(timestamps),
      values: Object.fromEntries(Object.entries(columns).map(([id, column]) => [id, last(column)])),
      states: Object.fromEntries(Object.entries(states).map(([name, text]) => [name, last(text)])),
    };
    expect(bytes({ ...rest, history: one })).toBeLessThan(3_000);
  });
});
