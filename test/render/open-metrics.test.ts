import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Family } from '../../src/model.js';
import { emptyOpenMetrics, openMetricsType, renderOpenMetrics } from '../../src/render/open-metrics.js';
import { parseExposition } from '../support/parse-exposition.js';
import { parseOpenMetrics } from '../support/python.js';
import { arbitraryFamilies } from './arbitrary-families.js';
import { asNumber, expectedFamily, foundFamily } from './expected-families.js';
import { counter, gauge, histogram, marker, summary } from './sample-families.js';

test('the content type names version 1.0.0', () => {
  expect(openMetricsType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
});

describe('OpenMetrics', () => {
  const cases: [title: string, family: Family, lines: string[]][] = [
    [
      'names a counter family without _total, and its samples with it',
      counter,
      [
        '# HELP jobs_seconds Jobs',
        '# TYPE jobs_seconds counter',
        '# UNIT jobs_seconds seconds',
        'jobs_seconds_total{queue="a"} 1e+21',
        'jobs_seconds_total 5',
      ],
    ],
    [
      'lets a gauge keep a name that ends with _total, and tells no unit that the name does not end with',
      gauge,
      ['# HELP rooms_total ', '# TYPE rooms_total gauge', 'rooms_total{z="1",a="2"} -0'],
    ],
    [
      'writes bounds as canonical numbers, and no count where there is no sum',
      histogram,
      [
        '# HELP wait_seconds Time',
        '# TYPE wait_seconds histogram',
        '# UNIT wait_seconds seconds',
        'wait_seconds_bucket{queue="a",le="0.5"} 1',
        'wait_seconds_bucket{queue="a",le="1.0"} 2',
        'wait_seconds_bucket{queue="a",le="+Inf"} 3',
        'wait_seconds_sum{queue="a"} 4.5',
        'wait_seconds_count{queue="a"} 3',
        'wait_seconds_bucket{le="1e+06"} 0',
        'wait_seconds_bucket{le="+Inf"} 7',
      ],
    ],
    [
      'writes quantiles as canonical numbers, and no UNIT for an empty unit',
      summary,
      [
        '# HELP size_bytes Size',
        '# TYPE size_bytes summary',
        'size_bytes{quantile="0.5"} NaN',
        'size_bytes{quantile="1.0"} +Inf',
        'size_bytes_sum 2',
        'size_bytes_count 3',
        'size_bytes_count{queue="a"} 4',
      ],
    ],
  ];
  test.each(cases)('%s', (_title, family, lines) => {
    const text = renderOpenMetrics([family]);
    expect(text).toBe(`${lines.join('\n')}\n# EOF\n`);
    parseExposition(text, 'openmetrics');
  });

  test.each([
    ['wait_seconds', true],
    ['waitseconds', false],
    ['wait_seconds_max', false],
    ['seconds', false],
  ])('tells the unit seconds of a gauge named %s: %s', (name, told) => {
    const text = renderOpenMetrics([{ ...gauge, name, unit: 'seconds' }]);
    expect(text.includes(`# UNIT ${name} seconds\n`)).toBe(told);
    parseExposition(text, 'openmetrics');
  });

  test('escapes the quote in HELP too', () => {
    const family: Family = { ...gauge, help: 'a\\b"c\nd' };
    expect(renderOpenMetrics([family])).toContain('# HELP rooms_total a\\\\b\\"c\\nd\n');
  });

  test('is read back unchanged, whatever texts and values it carries', () => {
    fc.assert(
      fc.property(arbitraryFamilies(), fc.boolean(), (families, marked) => {
        const added = marked ? { label: 'reexported_by', value: 'a"\\\n' } : undefined;
        const bytes = Buffer.from(renderOpenMetrics(families, added), 'utf8');
        const found = parseExposition(bytes.toString('utf8'), 'openmetrics').map(foundFamily);
        expect(found).toEqual(families.map((family) => expectedFamily(family, added, true)));
      }),
    );
  });

  test('is read back unchanged by the parser of prometheus_client', async () => {
    const many = arbitraryFamilies({ minLength: 100, maxLength: 100, size: 'max' });
    const families = fc.sample(many, { numRuns: 1, seed: 7 }).flat();
    const found = await parseOpenMetrics(renderOpenMetrics(families, marker));
    const expected = families.map((family) => expectedFamily(family, marker, true));
    expect(found.map(({ name, type, help, unit }) => ({ name, type, help, unit }))).toEqual(
      expected.map(({ name, type, help, unit }) => ({ name, type, help, unit })),
    );
    const samples = found.flatMap((family) =>
      family.samples.map(({ name, labels, value, timestamp }) => {
        const { le, quantile, ...own } = labels;
        return [name, own, [le, quantile].map((text) => text && asNumber(text)), value, timestamp];
      }),
    );
    expect(samples).toEqual(
      expected.flatMap((family) =>
        family.samples.map(([name, labels, value]) => {
          const { le, quantile, ...own } = Object.fromEntries(labels);
          // The parser takes -0 for an integer.
          return [name, own, [le, quantile], asNumber(value) + 0, null];
        }),
      ),
    );
  });

  test('without families is the end mark alone', () => {
    expect(renderOpenMetrics([])).toBe('# EOF\n');
    expect(emptyOpenMetrics()).toBe('# EOF\n');
  });
});
