import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGatewayMetrics } from '../../src/instrument/index.js';

const text = readFileSync(new URL('../../docs/instrument.md', import.meta.url), 'utf8');
const named = new Set([...text.matchAll(/`(?:instruments\.)?(\w+)/g)].map(([, name]) => name));

describe('docs/instrument.md', () => {
  it('names every recorder and every hook', () => {
    const methods = Object.entries(createGatewayMetrics()).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect(methods.length).toBeGreaterThan(10);
    expect(methods.filter((name) => !named.has(name) && !text.includes(`instruments.${name}`))).toEqual([]);
  });

  it('names every option', () => {
    for (const option of ['registry', 'appName', 'maxPairs', 'ignoredPaths'])
      expect(text).toContain(`| \`${option}\` |`);
  });
});
