import { describe, expect, it } from 'vitest';
import { readSettings, settingsTable } from '../../src/settings/read-settings.js';

describe('settingsTable', () => {
  it('names each option after its environment variable', () => {
    for (const { option, env } of settingsTable) {
      const camel = env?.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
      expect(option).toBe(camel ?? 'datasource');
    }
    expect(new Set(settingsTable.map(({ option }) => option)).size).toBe(settingsTable.length);
  });

  it('has for every setting a default that can be written into the environment', () => {
    const written = settingsTable.flatMap(({ env, default: text }) => (env && text ? [[env, text]] : []));
    expect(readSettings({ env: Object.fromEntries(written) })).toStrictEqual(readSettings({ env: {} }));
  });

  it('has one line of description each', () => {
    for (const { description } of settingsTable) expect(description).toMatch(/^[A-Z].*\.$/);
  });

  it('marks as secret what holds one', () => {
    const secrets = settingsTable.filter(({ secret }) => secret).map(({ option }) => option);
    expect(secrets).toEqual(['prometheusToken', 'prometheusPassword']);
  });
});
