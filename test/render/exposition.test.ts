import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Family } from '../../src/model.js';
import { emptyExposition, expositionType, renderExposition } from '../../src/render/exposition.js';
import { parseExposition } from '../support/parse-exposition.js';
import { checkMetrics } from '../support/promtool.js';
import { anyText, arbitraryFamilies } from './arbitrary-families.js';
import { expectedFamily, foundFamily } from './expected-families.js';
import { counter, gauge, histogram, marker, summary } from './sample-families.js';

test('the content type names version 0.0.4', () => {
  expect(expositionType).toBe('text/plain; version=0.0.4; charset=utf-8');
});

describe('the text format', () => {
  const cases: [title: string, family: Family, lines: string[]][] = [
    [
      'names a counter with _total in every line',
      counter,
      [
        '# HELP jobs_seconds_total Jobs',
        '# TYPE jobs_seconds_total counter',
        'jobs_seconds_total{queue="a"} 1e+21',
        'jobs_seconds_total 5',
      ],
    ],
    [
      'lets a gauge keep a name that ends with _total',
      gauge,
      ['# HELP rooms_total ', '# TYPE rooms_total gauge', 'rooms_total{z="1",a="2"} -0'],
    ],
    [
      'writes bounds as they came, counts from the +Inf bucket, and a count where there is no sum',
      histogram,
      [
        '# HELP wait_seconds Time',
        '# TYPE wait_seconds histogram',
        'wait_seconds_bucket{queue="a",le="0.5"} 1',
        'wait_seconds_bucket{queue="a",le="1"} 2',
        'wait_seconds_bucket{queue="a",le="+Inf"} 3',
        'wait_seconds_sum{queue="a"} 4.5',
        'wait_seconds_count{queue="a"} 3',
        'wait_seconds_bucket{le="1000000"} 0',
        'wait_seconds_bucket{le="+Inf"} 7',
        'wait_seconds_count 7',
      ],
    ],
    [
      'writes what a summary has: quantiles, sum and count',
      summary,
      [
        '# HELP size_bytes Size',
        '# TYPE size_bytes summary',
        'size_bytes{quantile="0.5"} NaN',
        'size_bytes{quantile="1"} +Inf',
        'size_bytes_sum 2',
        'size_bytes_count 3',
        'size_bytes_count{queue="a"} 4',
      ],
    ],
  ];
  test.each(cases)('%s', (_title, family, lines) => {
    const text = renderExposition([family]);
    expect(text).toBe(`${lines.join('\n')}\n`);
    parseExposition(text, 'text');
  });

  test('puts the marker after the own labels of every sample, and le and quantile last', () => {
    const samples = renderExposition([counter, histogram, summary], marker).match(/^[^#].*$/gmu) ?? [];
    expect(samples).toHaveLength(15);
    for (const sample of samples) expect(sample).toMatch(/[{,]origin="here"(,(le|quantile)="[^"]*")?\} /u);
    expect(samples[0]).toBe('jobs_seconds_total{queue="a",origin="here"} 1e+21');
    expect(samples[2]).toBe('wait_seconds_bucket{queue="a",origin="here",le="0.5"} 1');
  });

  test('leaves out labels and markers whose value is empty', () => {
    const family: Family = { ...gauge, metrics: [{ labels: { a: '', b: 'x', c: '' }, value: '1' }] };
    expect(renderExposition([family], { label: 'origin', value: '' })).toMatch(/^rooms_total\{b="x"\} 1$/mu);
    const bare: Family = { ...gauge, metrics: [{ labels: { a: '' }, value: '1' }] };
    expect(renderExposition([bare])).toMatch(/^rooms_total 1$/mu);
  });

  test('escapes backslash and newline in HELP, and the quote too in label values', () => {
    const hostile = 'a\\b"c\nd';
    const family: Family = { ...gauge, help: hostile, metrics: [{ labels: { l: hostile }, value: '1' }] };
    expect(renderExposition([family], { label: 'origin', value: hostile })).toBe(
      '# HELP rooms_total a\\\\b"c\\nd\n# TYPE rooms_total gauge\n' +
        'rooms_total{l="a\\\\b\\"c\\nd",origin="a\\\\b\\"c\\nd"} 1\n',
    );
  });

  test('does not let a label value add a series', () => {
    const family: Family = { ...gauge, metrics: [{ labels: { l: 'x"} 1\nevil 1' }, value: '2' }] };
    const [found, ...others] = parseExposition(renderExposition([family]), 'text');
    expect(others).toEqual([]);
    expect(found?.samples).toEqual([{ name: 'rooms_total', labels: { l: 'x"} 1\nevil 1' }, value: '2' }]);
  });

  test('does not let a bucket bound add a label or a series', () => {
    const family: Family = {
      ...histogram,
      metrics: [{ labels: {}, buckets: [{ le: '1",evil="\n', value: '1' }] }],
    };
    expect(renderExposition([family])).toContain('wait_seconds_bucket{le="1\\",evil=\\"\\n"} 1\n');
  });

  test('is read back unchanged, whatever texts and values it carries', () => {
    fc.assert(
      fc.property(arbitraryFamilies(), fc.boolean(), (families, marked) => {
        const added = marked ? { label: 'reexported_by', value: 'a"\\\n' } : undefined;
        const bytes = Buffer.from(renderExposition(families, added), 'utf8');
        const found = parseExposition(bytes.toString('utf8'), 'text').map(foundFamily);
        expect(found).toEqual(families.map((family) => expectedFamily(family, added, false)));
      }),
    );
  });

  test('is accepted by promtool, whatever texts and values it carries', async () => {
    const families = fc.sample(arbitraryFamilies({ minLength: 100, maxLength: 100, size: 'max' }), {
      numRuns: 1,
      seed: 7,
    });
    const { code, output } = await checkMetrics(renderExposition(families.flat(), marker));
    expect([0, 3], output).toContain(code);
  });

  test('gives a valid empty document for no families', () => {
    expect(renderExposition([])).toBe('');
  });
});

describe('a document without families', () => {
  test('says why in a comment', () => {
    expect(emptyExposition('Prometheus does not answer')).toBe('# unavailable: Prometheus does not answer\n');
  });

  test('stays one comment line, whatever the reason', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.constantFrom('TYPE x counter', 'a\r\nevil 1', 'HELP x y')), (reason) => {
        const text = emptyExposition(reason);
        expect(text).toMatch(/^# unavailable: [^\p{Cc}\u2028\u2029]*\n$/u);
        expect(parseExposition(text, 'text')).toEqual([]);
      }),
    );
  });

  test('is accepted by promtool', async () => {
    expect(await checkMetrics(emptyExposition('TYPE x\ny 1'))).toMatchObject({ code: 0 });
  });
});
