import { describe, expect, test } from 'vitest';
import { type ExpositionFormat, parseExposition } from '../../../../src/tools/check/service/parse-exposition.js';

const head = '# HELP m h\n# TYPE m ';
const gauge = `${head}gauge\n`;
const histogram = `${head}histogram\n`;

describe('the strict parser reads', () => {
  test('a document of the text format', () => {
    const text = `# any comment\n# HELP m a\\\\b"c\\nd\n# TYPE m gauge\nm{a="x\\"}\\n",b=""} +Inf\nm -1.5e-3\n`;
    expect(parseExposition(text, 'text')).toEqual([
      {
        name: 'm',
        type: 'gauge',
        help: 'a\\b"c\nd',
        samples: [
          { name: 'm', labels: { a: 'x"}\n', b: '' }, value: '+Inf' },
          { name: 'm', labels: {}, value: '-1.5e-3' },
        ],
      },
    ]);
  });

  test('a document of OpenMetrics', () => {
    const text = '# HELP m_s a\\"b\n# TYPE m_s counter\n# UNIT m_s s\nm_s_total 1\n# EOF\n';
    expect(parseExposition(text, 'openmetrics')).toEqual([
      {
        name: 'm_s',
        type: 'counter',
        help: 'a"b',
        unit: 's',
        samples: [{ name: 'm_s_total', labels: {}, value: '1' }],
      },
    ]);
  });

  test('a document without families', () => {
    expect(parseExposition('', 'text')).toEqual([]);
    expect(parseExposition('# EOF\n', 'openmetrics')).toEqual([]);
  });
});

describe('the strict parser refuses', () => {
  const both: [what: string, body: string, complaint: RegExp][] = [
    ['a missing last newline', `${gauge}m 1`, /does not end with/],
    ['a blank line', `${gauge}\nm 1\n`, /line 3: .*metric name/],
    ['a sample without metadata', 'm 1\n', /before its TYPE/],
    ['a sample of another name', `${gauge}other 1\n`, /other is not one of its samples/],
    ['a family without HELP', '# TYPE m gauge\nm 1\n', /TYPE or HELP is missing/],
    ['an unknown type', `${head}untyped\nm 1\n`, /unknown type/],
    ['TYPE twice', `${gauge}# TYPE m gauge\nm 1\n`, /second TYPE/],
    ['metadata after samples', '# TYPE m gauge\nm 1\n# HELP m h\n', /after samples/],
    ['interleaved families', `${gauge}m 1\n# HELP n h\n# TYPE n gauge\nn 1\n# HELP m h\n`, /second time/],
    ['a timestamp', `${gauge}m 1 1700000000\n`, /one number/],
    ['an exemplar', `${gauge}m 1 # {a="b"} 1\n`, /one number/],
    ['a value that is no number', `${gauge}m 0x10\n`, /one number/],
    ['two spaces before the value', `${gauge}m  1\n`, /one number/],
    ['a series twice, in whatever label order', `${gauge}m{a="1",b="2"} 1\nm{b="2",a="1"} 1\n`, /twice/],
    ['series that differ in an empty label only', `${gauge}m{a=""} 1\nm 1\n`, /twice/],
    ['a label twice', `${gauge}m{a="1",a="2"} 1\n`, /label a comes twice/],
    ['a label name with a dash', `${gauge}m{a-b="1"} 1\n`, /label pair/],
    ['a comma after the last label', `${gauge}m{a="1",} 1\n`, /label pair/],
    ['an unknown escape in a label value', `${gauge}m{a="\\t"} 1\n`, /unknown escape/],
    ['an unknown escape in HELP', '# HELP m a\\t\n# TYPE m gauge\nm 1\n', /unknown escape/],
    ['a backslash at the end of HELP', '# HELP m a\\\n# TYPE m gauge\nm 1\n', /unknown escape/],
    ['a bucket without le', `${histogram}m_bucket 1\n`, /without le/],
    ['le before other labels', `${histogram}m_bucket{le="+Inf",a="b"} 1\n`, /le at the end/],
    ['a missing +Inf bucket', `${histogram}m_bucket{le="1.0"} 1\nm_sum 1\nm_count 1\n`, /\+Inf bucket is missing/],
    ['buckets out of order', `${histogram}m_bucket{le="2.0"} 1\nm_bucket{le="1.0"} 1\n`, /does not ascend/],
    ['buckets not cumulative', `${histogram}m_bucket{le="1.0"} 2\nm_bucket{le="+Inf"} 1\n`, /not cumulative/],
    ['a count that is not the last bucket', `${histogram}m_bucket{le="+Inf"} 1\nm_sum 1\nm_count 2\n`, /differs/],
    ['a sum without count', `${histogram}m_bucket{le="+Inf"} 1\nm_sum 1\n`, /_count is missing/],
    [
      'a histogram in pieces',
      `${histogram}m_bucket{a="1",le="+Inf"} 1\nm_bucket{le="+Inf"} 1\nm_sum{a="1"} 1\n`,
      /apart/,
    ],
    ['a summary sample without quantile', `${head}summary\nm 1\n`, /without quantile/],
    ['a quantile above 1', `${head}summary\nm{quantile="2.0"} 1\n`, /from 0 to 1/],
  ];
  test.each(both)('%s, in both formats', (_what, body, complaint) => {
    expect(() => parseExposition(body, 'text')).toThrow(complaint);
    // A missing newline is one before the end mark too.
    const ended = body.endsWith('\n') ? `${body}# EOF\n` : `${body}# EOF`;
    expect(() => parseExposition(ended, 'openmetrics')).toThrow(complaint);
  });

  const one: [what: string, format: ExpositionFormat, text: string, complaint: RegExp][] = [
    ['a text counter without _total', 'text', `${head}counter\nm 1\n`, /_total/],
    ['UNIT in the text format', 'text', '# UNIT m s\n', /no UNIT/],
    [
      'a histogram without count in the text format',
      'text',
      `${histogram}m_bucket{le="+Inf"} 1\n`,
      /_count is missing/,
    ],
    ['malformed metadata', 'text', '# TYPE m\n', /comment/],
    ['no end mark', 'openmetrics', `${gauge}m 1\n`, /# EOF/],
    ['lines after the end mark', 'openmetrics', '# EOF\n# EOF\n', /comment/],
    ['a comment', 'openmetrics', '# hello\n# EOF\n', /comment/],
    ['a unit the name does not end with', 'openmetrics', `${gauge}# UNIT m s\nm 1\n# EOF\n`, /unit/],
    ['_total in a counter family name', 'openmetrics', '# HELP m_total h\n# TYPE m_total counter\n# EOF\n', /_total/],
    ['a quote in HELP', 'openmetrics', '# HELP m a"b\n# TYPE m gauge\n# EOF\n', /quote/],
    ['a negative counter', 'openmetrics', `${head}counter\nm_total -1\n# EOF\n`, /counting/],
    ['a counter that is NaN', 'openmetrics', `${head}counter\nm_total NaN\n# EOF\n`, /counting/],
    ['half a count', 'openmetrics', `${head}summary\nm_count 0.5\n# EOF\n`, /whole/],
    ['a negative quantile value', 'openmetrics', `${head}summary\nm{quantile="0.5"} -1\n# EOF\n`, /quantile/],
    ['a bound that is not canonical', 'openmetrics', `${histogram}m_bucket{le="1"} 1\n# EOF\n`, /canonical/],
    ['a count without sum', 'openmetrics', `${histogram}m_bucket{le="+Inf"} 1\nm_count 1\n# EOF\n`, /without _sum/],
    [
      'a sum beside a negative bound',
      'openmetrics',
      `${histogram}m_bucket{le="-1.0"} 1\nm_bucket{le="+Inf"} 1\nm_sum 1\nm_count 1\n# EOF\n`,
      /negative bound/,
    ],
    [
      'a family named as the sample of another',
      'openmetrics',
      `${head}counter\nm_total 1\n# HELP m_total h\n# TYPE m_total gauge\nm_total 1\n# EOF\n`,
      /the name m_total is that of m too/,
    ],
  ];
  test.each(one)('%s (%s)', (_what, format, text, complaint) => {
    expect(() => parseExposition(text, format)).toThrow(complaint);
  });
});
