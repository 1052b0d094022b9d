import { describe, expect, it } from 'vitest';
import type { SummaryDocument } from '../../../../src/render/summary.js';
import { formatField, formatNumber } from '../../../../src/tools/demo/screen/format-field.js';
import { type Paint, renderScreen, type ScreenState } from '../../../../src/tools/demo/screen/render-screen.js';
import { sparkline } from '../../../../src/tools/demo/screen/sparkline.js';

const summary: SummaryDocument = {
  timestamp: '2026-11-22T12:00:05.000Z',
  status: 'ok',
  fields: { available: 23, total: 23 },
  age_seconds: 5.2,
  metrics: {
    http: {
      total_requests: '12345',
      request_rate_per_minute: '2525.53',
      error_rate: '2.3456',
      avg_latency_ms: '1145.27',
      in_progress: '3',
    },
    models: {
      total_inference_requests: '5432',
      tokens_used_total: '1234567890',
      credits_used_total: '123.45',
      avg_inference_latency_ms: '234.5',
    },
    providers: {
      total_providers: '16',
      healthy_providers: '14',
      degraded_providers: '1',
      unavailable_providers: '1',
      avg_error_rate: '0.0611',
      avg_response_time_ms: '200',
    },
    database: { total_queries: '54321', avg_query_latency_ms: '45.2', cache_hit_rate: '0.87' },
    business: {
      active_api_keys: '234',
      active_subscriptions: '45',
      active_trials: '12',
      total_tokens_used: '9876543',
      total_credits_used: '987.65',
    },
    health: {
      service_up: '1',
      monitoring_active: '0',
      tracked_models: '342',
      tracked_providers: '16',
      tracked_gateways: '18',
      active_incidents: '4',
    },
  },
  missing: {},
  reasons: {},
  stale: {},
};
const state: ScreenState = {
  summary,
  addresses: [
    ['Console', 'http://127.0.0.1:8000/prometheus/console/'],
    ['Summary', 'http://127.0.0.1:8000/prometheus/metrics/summary'],
    ['Docs', 'http://127.0.0.1:8000/prometheus/metrics/docs'],
    ['Prometheus', 'http://127.0.0.1:40001'],
    ['Gateway', 'http://127.0.0.1:40002/metrics'],
  ],
  history: new Map([['http.request_rate_per_minute', [1, 5, 3]]]),
  providers: [
    { name: 'alder', errorRate: 0.01, responseSeconds: 1.2, down: false },
    { name: 'birch', errorRate: 0.9, responseSeconds: undefined, down: true },
  ],
  footer: 'Ctrl-C stops everything.',
};
const plain: Paint = (text) => text;
const colored: Paint = (text, color) => (color === undefined ? text : `<${color}>${text}</>`);
const screen = (columns: number, rows: number, changed: Partial<ScreenState> = {}) =>
  renderScreen({ ...state, ...changed }, { columns, rows }, plain);

describe('the screen', () => {
  it.each([
    [80, 24],
    [130, 45],
    [121, 30],
    [60, 24],
    [40, 10],
    [20, 5],
    [1, 1],
  ])('fits %i×%i, whatever is missing', (columns, rows) => {
    const missing = { 'http.error_rate': 'no series named fastapi_requests_total in Prometheus '.repeat(4) };
    for (const changed of [{}, { summary: { ...summary, missing } }, { addresses: [] }]) {
      const lines = screen(columns, rows, changed);
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('has every field, every address and the footer at 80×24', () => {
    const lines = screen(80, 24);
    const text = lines.join('\n');
    for (const [, url] of state.addresses) expect(text).toContain(url);
    for (const [section, fields] of Object.entries(summary.metrics)) {
      for (const [field, value] of Object.entries(fields)) {
        const { label, value: shown } = formatField(section, field, String(value));
        expect(text).toMatch(new RegExp(`${label}.* ${shown.replace('.', '\\.')}\\b`));
      }
    }
    expect(lines.at(-1)).toBe(' Ctrl-C stops everything.');
  });

  it('aligns numbers and names their units', () => {
    const lines = screen(80, 24);
    const endOf = (text: string) =>
      lines.map((line) => line.indexOf(text) + text.length).find((end) => end >= text.length);
    expect(endOf('2,526 req/min')! - ' req/min'.length).toBe(endOf('2.3 %')! - ' %'.length);
    expect(lines.join('\n')).toContain('6.1 %');
  });

  it('uses more room for the providers, worst first, and for what is missing', () => {
    const names = (lines: string[]) => lines.flatMap((line) => /^ {3}(alder|birch) /.exec(line)?.[1] ?? []);
    expect(names(screen(80, 24))).toEqual([]);
    expect(names(screen(130, 45))).toEqual(['birch', 'alder']);
  });

  it('counts the values while it starts', () => {
    const http = { ...summary.metrics['http'], error_rate: 'N/A' };
    const [title] = screen(80, 24, { summary: { ...summary, metrics: { ...summary.metrics, http } } });
    expect(title).toContain('starting: 28 of 29 values');
    const unavailable = {
      timestamp: '',
      status: 'unavailable',
      error: { code: 'unavailable', message: 'why' },
    } as const;
    expect(screen(80, 24, { summary: unavailable as never })[0]).toContain('starting: why');
  });

  it('colors states', () => {
    const text = renderScreen(state, { columns: 80, rows: 24 }, colored).join('\n');
    expect(text).toMatch(/degraded +<yellow> +1<\/>/);
    expect(text).toMatch(/down +<red> +1<\/>/);
    expect(text).toMatch(/monitoring active +<red> +no<\/>/);
  });
});

it('a number has at most nine characters', () => {
  expect([0, 3, 0.0123, 45.26, 999.99, 12_345.6, 9_999_999, 12_345_678, 1.5e12].map(formatNumber)).toEqual([
    '0',
    '3',
    '0.01',
    '45.3',
    '1,000.0',
    '12,346',
    '9,999,999',
    '12.3 M',
    '1500.0 G',
  ]);
});

it('a sparkline shows the newest values from the lowest to the highest', () => {
  expect(sparkline([9, 0, 7, 3.5], 3)).toBe('▁█▅');
  expect(sparkline([5, 5], 8)).toBe('▁▁');
});
