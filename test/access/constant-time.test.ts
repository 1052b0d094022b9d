import { timingSafeEqual } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { digestOf, TokenStore } from '../../src/access/token-store.js';
import { formatToken } from '../../src/access/tokens-file.js';
import { withTempFolder } from '../support/temp-folder.js';

vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  return { ...crypto, timingSafeEqual: vi.fn(crypto.timingSafeEqual) };
});

test('every token is compared with every digest, all of it and in constant time, wherever the right one stands', async () => {
  await withTempFolder(async (folder) => {
    const file = join(folder, 'tokens');
    const names = ['first', 'second', 'third', 'last'];
    const lines = names.map((name) => formatToken({ name, scopes: ['*'], digest: digestOf(`token-of-${name}`) }));
    writeFileSync(file, lines.join('\n'));
    const store = await TokenStore.open(file, { info: () => {}, error: () => {} });
    try {
      for (const token of ['token-of-first', 'token-of-last', 'token-of-lasu', 'uoken-of-last', '', 'x'.repeat(512)]) {
        vi.mocked(timingSafeEqual).mockClear();
        expect(store.find(token)?.name).toBe(names.find((name) => token === `token-of-${name}`));
        const compared = vi.mocked(timingSafeEqual).mock.calls;
        expect(compared).toEqual(names.map((name) => [digestOf(`token-of-${name}`), digestOf(token)]));
      }
    } finally {
      store.destroy();
    }
  });
});
