import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import type { Snapshot } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { presetCatalogue } from '../../src/presets/presets.js';
import {
  type Format,
  type Representation,
  representationsOf,
  type View,
  viewKey,
} from '../../src/render/representation.js';
import { parseExposition } from '../support/parse-exposition.js';
import { noon } from '../support/refreshing.js';
import { fresh, gone, kept, row, snapshotOf } from '../support/snapshot-of.js';

const marker = { label: 'reexported_by', value: 'gatewayz-metrics' };
const catalogue = createCatalogue(presetCatalogue([gatewayz], false), { selector: [], marker });

const business = snapshotOf({
  active_api_keys: fresh('234'),
  subscription_count: kept('45', 60),
  trial_active: gone('no series named trial_active in Prometheus'),
  total_tokens_used: fresh('1234567'),
  total_credits_used: fresh('NaN'),
});

function render(snapshot: Snapshot, ...views: readonly View[]): Representation[] {
  return representationsOf(snapshot, views, catalogue, marker);
}

const view = (endpoint: string, format: Format, encoding: View['encoding'] = 'identity'): View => ({
  endpoint,
  format,
  encoding,
});
const textOf = ({ body }: Representation): string => new TextDecoder().decode(body);

describe('an exposition', () => {
  test.each(['text', 'openmetrics'] as const)(
    'as %s has the families that have metrics, all samples marked',
    (format) => {
      const [bytes] = render(business, view('business', format));
      const families = parseExposition(textOf(bytes!), format);
      const total = format === 'text' ? '_total' : '';
      expect(families.map(({ name }) => name)).toEqual([
        'active_api_keys',
        'subscription_count',
        `tokens_used${total}`,
      ]);
      for (const { samples } of families)
        expect(samples).toMatchObject([{ labels: { reexported_by: 'gatewayz-metrics' } }]);
      expect(bytes).toMatchObject({ status: 200, stale: false });
    },
  );

  test('leaves out what cannot be a count: NaN and less than nothing', () => {
    const metrics = [
      { labels: { status_code: '200' }, value: '5' },
      { labels: { status_code: '404' }, value: '-1' },
      { labels: { status_code: '500' }, value: 'NaN' },
      { labels: { status_code: '503' }, value: '+Inf' },
    ];
    const inProgress = fresh('NaN');
    const rows = { fastapi_requests_total: row(metrics), fastapi_requests_in_progress: inProgress };
    const [bytes] = render(snapshotOf(rows), view('system', 'openmetrics'));
    const [requests, gauge] = parseExposition(textOf(bytes!), 'openmetrics');
    expect(requests?.samples.map(({ labels, value }) => [labels['status_code'], value])).toEqual([
      ['200', '5'],
      ['503', '+Inf'],
    ]);
    expect(gauge?.samples.map(({ value }) => value)).toEqual(['NaN']);
  });

  test('of a snapshot without any metric is empty and valid', () => {
    const [text, open] = render(snapshotOf({}), view('business', 'text'), view('business', 'openmetrics'));
    expect([textOf(text!), textOf(open!), text?.status, open?.status]).toEqual(['', '# EOF\n', 200, 200]);
  });

  test('of nothing that may be shown is a comment with the reason, or nothing but the end', () => {
    const snapshot = { ...business, status: 'unavailable', failure: 'connection\nrefused' } as const;
    const [text, open] = render(snapshot, view('business', 'text'), view('business', 'openmetrics'));
    expect([textOf(text!), textOf(open!), text?.status, open?.status]).toEqual([
      '# unavailable: connection refused\n',
      '# EOF\n',
      503,
      503,
    ]);
    const [unknown] = render({ ...snapshot, failure: undefined }, view('business', 'text'));
    expect(textOf(unknown!)).toBe('# unavailable: no data source has responded recently\n');
  });
});

describe('a summary', () => {
  test('is JSON, with text or numbers', () => {
    const [text, numbers] = render(business, view('summary', 'json'), view('summary', 'json-numbers'));
    expect(JSON.parse(textOf(text!)).metrics.business.active_api_keys).toBe('234');
    expect(JSON.parse(textOf(numbers!)).metrics.business.active_api_keys).toBe(234);
    expect(textOf(text!).endsWith('}\n')).toBe(true);
  });

  test('of nothing that may be shown is the error', () => {
    const [bytes] = render({ ...business, status: 'unavailable', failure: 'refused' }, view('summary', 'json'));
    expect(JSON.parse(textOf(bytes!))).toMatchObject({ status: 'unavailable', error: { message: 'refused' } });
    expect(bytes?.status).toBe(503);
  });
});

test.each([
  ['text', 'text/plain; version=0.0.4; charset=utf-8'],
  ['openmetrics', 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
  ['json', 'application/json; charset=utf-8'],
  ['json-numbers', 'application/json; charset=utf-8'],
] as const)('%s is %s, whether there is anything to show or not', (format, contentType) => {
  for (const status of ['ok', 'stale', 'unavailable'] as const) {
    const [bytes] = render({ ...business, status }, view('summary', format));
    expect(bytes).toMatchObject({ contentType, stale: status !== 'ok' });
  }
});

describe('bytes', () => {
  test('compressed are the same text, and each encoding has a tag of its own that tells texts apart', () => {
    const views = [view('business', 'text'), view('business', 'text', 'gzip'), view('business', 'openmetrics', 'gzip')];
    const [plain, gzip, open] = render(business, ...views);
    expect(gunzipSync(gzip!.body).toString()).toBe(textOf(plain!));
    const [again, zippedAgain] = render({ ...business, madeAt: noon + 5_000 }, ...views);
    expect([again?.etag, zippedAgain?.etag]).toEqual([plain?.etag, gzip?.etag]);
    const [other] = render(snapshotOf({ active_api_keys: fresh('235') }), views[0]!);
    const tags = [plain, gzip, open, other].map((bytes) => bytes!.etag);
    expect(new Set(tags).size).toBe(4);
    for (const tag of tags) expect(tag).toMatch(/^"[\w-]{20,}"$/);
  });

  test('carry the times of their snapshot', () => {
    const { evaluationTime, nextRefresh, expires } = business;
    expect(render(business, view('business', 'text'))).toMatchObject([{ evaluationTime, nextRefresh, expires }]);
  });

  test('own their memory, so that they can be handed to another thread', () => {
    for (const { body } of render(business, view('business', 'text'), view('business', 'text', 'gzip'))) {
      expect(body.byteOffset).toBe(0);
      expect(structuredClone(body, { transfer: [body.buffer] }).byteLength).toBeGreaterThan(0);
    }
  });
});

test('every view has a key of its own', () => {
  const views = ['summary', 'all'].flatMap((endpoint) =>
    (['text', 'openmetrics', 'json', 'json-numbers'] as const).flatMap((format) => [
      view(endpoint, format),
      view(endpoint, format, 'gzip'),
    ]),
  );
  expect(new Set(views.map(viewKey)).size).toBe(16);
});
