import { describe, expect, test } from 'vitest';
import type { ConsoleDocument } from '../../src/history/console-document.js';
import { providers, values, wellDocument } from './console-documents.js';
import type { ScriptedResponse } from './console-stub.js';
import { heading, withBrowser } from './open-page.js';

const unavailable = {
  build: '',
  status: 'unavailable',
  error: { code: 'unavailable', message: 'Prometheus at http://prometheus:9090 does not respond.' },
};

function failing(name: string, state: 'down' | 'degraded', errorRatio: number): ConsoleDocument['providers'] {
  return providers.map((one) => (one.name === name ? { ...one, state, error_ratio: errorRatio } : one));
}

const noValues = Object.fromEntries(Object.keys(values).map((id) => [id, null]));

/** What the service sends, and what the page must make of it: sentence, title, colour and shape of the icon. */
const states: Readonly<
  Record<
    string,
    { readonly response: ScriptedResponse; readonly sentence: RegExp; readonly title: string; readonly mark: string }
  >
> = {
  'a gateway that is well': {
    response: { body: wellDocument() },
    sentence: /^The gateway is well: all 14 active providers are healthy\.$/,
    title: 'Well',
    mark: 'well',
  },
  'one provider down': {
    response: {
      body: wellDocument({
        verdict: { state: 'trouble', sentence: 'openai is down: 62% of its requests fail.' },
        providers: failing('openai', 'down', 0.62),
      }),
    },
    sentence: /^openai is down/,
    title: 'Trouble',
    mark: 'trouble',
  },
  'all providers down': {
    response: { body: wellDocument({ verdict: { state: 'down', sentence: 'All 14 providers are down.' } }) },
    sentence: /^All 14 providers are down\.$/,
    title: 'Down',
    mark: 'down',
  },
  'a provider that is degraded': {
    response: {
      body: wellDocument({
        verdict: { state: 'degraded', sentence: 'mistral is degraded: 9% of its requests fail.' },
        providers: failing('mistral', 'degraded', 0.09),
      }),
    },
    sentence: /^mistral is degraded/,
    title: 'Degraded',
    mark: 'degraded',
  },
  'a gateway without requests': {
    response: {
      body: wellDocument({ verdict: { state: 'quiet', sentence: 'Quiet: no requests in the last minute.' } }),
    },
    sentence: /^Quiet/,
    title: 'Quiet',
    mark: 'quiet',
  },
  'values of a Prometheus that has stopped': {
    response: {
      body: wellDocument({
        status: 'stale',
        age_seconds: 120,
        verdict: { state: 'unknown', sentence: 'Cannot tell: the values are 2 min old.' },
      }),
    },
    sentence: /^Cannot tell: the values are 2 min old\.$/,
    title: 'Cannot tell',
    mark: 'unknown',
  },
  'a Prometheus that has been away for long': {
    response: { status: 503, body: unavailable },
    sentence: /^Cannot tell: Prometheus at http:\/\/prometheus:9090 does not respond\.$/,
    title: 'Cannot tell',
    mark: 'unknown',
  },
  'values that are missing': {
    response: {
      body: wellDocument({
        status: 'partial',
        verdict: { state: 'partial', sentence: 'Part unknown: one value is missing or old.' },
        values: { ...values, 'business.active_trials': null as unknown as number },
        missing: { 'business.active_trials': 'no series named trial_active in Prometheus' },
      }),
    },
    sentence: /^Part unknown: one value is missing or old\.$/,
    title: 'Part unknown',
    mark: 'partial',
  },
  'a service that is gone': {
    response: { drop: true },
    sentence: /^Cannot tell: the metrics service does not respond\.$/,
    title: 'Cannot tell',
    mark: 'unknown',
  },
  'a service that wants a token': {
    response: { status: 401, headers: { 'www-authenticate': 'Bearer realm="gatewayz-metrics"' } },
    sentence: /^Cannot tell: a token is required\.$/,
    title: 'Cannot tell',
    mark: 'unknown',
  },
  'a new installation': {
    response: {
      body: wellDocument({
        status: 'waiting',
        verdict: { state: 'unknown', sentence: 'Waiting for the first data of your gateway.' },
        hint: 'Prometheus has litellm_* metrics: set METRICS_PRESET=litellm.',
        values: noValues,
        providers: [],
      }),
    },
    sentence: /^Waiting for the first data/,
    title: 'Waiting',
    mark: 'unknown',
  },
  'a Health Service that is down': {
    response: {
      body: wellDocument({ verdict: { state: 'partial', sentence: 'Part unknown: the Health Service is down.' } }),
    },
    sentence: /^Part unknown: the Health Service is down\.$/,
    title: 'Part unknown',
    mark: 'partial',
  },
};

describe('the page tells', () => {
  const { open } = withBrowser();

  test.each(Object.entries(states))(
    '%s by sentence, title, mark and icon',
    async (_, { response, sentence, title, mark }) => {
      const { page, problems } = await open(() => response);
      expect(await heading(page)).toMatch(sentence);
      expect(await page.title()).toBe(`${title} – Gateway console`);
      expect(await page.locator('.verdict svg').getAttribute('class')).toBe(`mark ${mark}`);
      const icon = decodeURIComponent((await page.locator('link[rel=icon]').getAttribute('href')) ?? '');
      expect(icon).toContain((await page.locator('.verdict svg path').getAttribute('d')) ?? 'no shape');
      expect(problems).toEqual([]);
    },
  );

  test('a provider at fault in the first row of the table', async () => {
    const { page } = await open(() => ({ body: wellDocument({ providers: failing('cerebras', 'down', 0.8) }) }));
    const first = page.locator('.providers tbody tr').first();
    expect(await first.innerText()).toMatch(/cerebras\s+Down\s+80%/);
  });

  test('what to do next in a new installation', async () => {
    const { page } = await open(() => states['a new installation']!.response);
    expect(await page.locator('.verdict .hint').innerText()).toContain('set METRICS_PRESET=litellm');
  });

  test('four kinds of nothing apart: missing, old, zero, and a dash only for the first', async () => {
    const { page } = await open(() => ({
      body: wellDocument({
        values: { ...values, 'http.in_progress': 0, 'business.active_trials': null as unknown as number },
        missing: { 'business.active_trials': 'no series named trial_active in Prometheus' },
        stale: { 'health.tracked_models': 190 },
      }),
    }));
    const row = (label: string) => page.locator('.sections li', { hasText: label }).innerText();
    expect(await row('Active trials')).toMatch(/—\s+no series named trial_active in Prometheus/);
    expect(await row('In progress')).toMatch(/\n0$/);
    expect(await row('Tracked models')).toMatch(/3 min old\s+342/);
    expect(await page.locator('.sections li', { hasText: 'Tracked models' }).getAttribute('class')).toBe('old');
  });
});
