import { describe, expect, it } from 'vitest';
import { formatPromqlError, PromqlError, parsePromql } from '../../src/promql/parse-promql.js';

function faultOf(text: string): PromqlError {
  try {
    parsePromql(text);
  } catch (error) {
    if (error instanceof PromqlError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was accepted`);
}

describe('parsePromql', () => {
  it.each([
    'up',
    'sum by (le) (rate(x_bucket[5m]))',
    'SUM(x) BY (le)',
    'a * on (x) group_left (y) b',
    'a or b unless on() c',
    'rate(x[5m] offset -1h30m) @ end()',
    'max_over_time(rate(x[5m])[1h:30s] @ start())',
    '{"http.requests", "a.b"="c"}',
    `x{a='it"s', b=\`raw \\n\`, c="\\u00e9\\x41\\101\\U0001F600"}`,
    'up # the end\n',
    '# first\r\nup',
    'rate',
    'sum + by + start',
    'job:requests:rate5m',
  ])('accepts %j', (text) => {
    expect(parsePromql(text).text).toBe(text);
  });

  it.each([
    ['', 1, 1, 'expected an expression, got empty text'],
    [' \n ', 1, 1, 'expected an expression, got empty text'],
    ['# only a comment', 1, 17, 'unexpected end of the text'],
    ['sum(', 1, 5, 'unexpected end of the text'],
    ['sum(up))', 1, 8, 'unexpected ")"'],
    ['up{a="b" c="d"}', 1, 10, 'unexpected "c"'],
    ['up{a=b}', 1, 6, 'unexpected "b"'],
    ['up{a="b"}{c="d"}', 1, 10, 'unexpected "{"'],
    ['up{,}', 1, 4, 'unexpected ","'],
    ['up\n  or # why\n  * 2', 3, 3, 'unexpected "*"'],
    ['rate(up[$__range])', 1, 9, 'unexpected "$"'],
    ['1 + rollup(up)', 1, 5, 'there is no function named "rollup"'],
    ['"abc', 1, 1, 'unterminated string'],
    ['"abc\\"', 1, 1, 'unterminated string'],
    ['"', 1, 1, 'unterminated string'],
    ['up{a="b\\"}', 1, 6, 'unterminated string'],
    ['up{a="b\nc"}', 1, 6, 'unterminated string'],
    ['up{a="b\\d"}', 1, 8, '"\\\\d" is not an escape sequence in PromQL'],
    [`up{a="it\\'s"}`, 1, 9, `"\\\\'" is not an escape sequence in PromQL`],
    ['up{a="\\ud800"}', 1, 7, '"\\\\u" is not an escape sequence in PromQL'],
    ['up{a="\\U00110000"}', 1, 7, '"\\\\U" is not an escape sequence in PromQL'],
    ['up{a="\\400"}', 1, 7, '"\\\\4" is not an escape sequence in PromQL'],
    ['up{a="\\xff"}', 1, 6, 'string is not valid UTF-8'],
    ['up{a="\ud83d"}', 1, 7, 'lone surrogate, not a valid character'],
    ['up # seen as a comment \r or secret', 1, 24, 'carriage return inside a comment'],
    ['"😀" 😀', 1, 5, 'unexpected "😀"'],
  ])('refuses %j at line %i, column %i', (text, line, column, message) => {
    expect(faultOf(text)).toMatchObject({ line, column, message });
  });
});

describe('formatPromqlError', () => {
  it('shows the message, the source line and a caret under the place', () => {
    expect(formatPromqlError(faultOf('sum(\n  up{a=b}\n)'))).toBe(
      ['unexpected "b" (line 2, column 8)', '  up{a=b}', '       ^'].join('\n'),
    );
  });

  it('shows tabs and other control characters as one space each', () => {
    expect(formatPromqlError(faultOf('\tup\u001b\t)'))).toBe(
      ['unexpected "\\u001b" (line 1, column 4)', ' up  )', '   ^'].join('\n'),
    );
  });

  it('shortens a long line around the place', () => {
    const [, source, caret] = formatPromqlError(faultOf(`${'a + '.repeat(200)}) + ${'b + '.repeat(200)}`)).split('\n');
    expect(source).toMatch(/^….*\).*…$/);
    expect([...source!].length).toBeLessThan(80);
    expect(source?.charAt(caret!.indexOf('^'))).toBe(')');
  });
});
