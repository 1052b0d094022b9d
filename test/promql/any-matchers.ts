import fc from 'fast-check';
import type { Matcher } from '../../src/promql/matchers.js';

/** Any Unicode text, with a lean towards what escaping is for. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '"',
        "'",
        '`',
        '\\',
        '\n',
        '\r',
        '\t',
        '\0',
        '{',
        '}',
        ',',
        '#',
        '\ufeff',
        '\ufffd',
        '\u2028',
        '😀',
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const anyLabel = fc.oneof(
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,9}$/),
  fc.constantFrom('on', 'by', 'offset', 'inf', 'bool', 'sum'),
  anyText,
);

/** Matchers of every kind, none on `__name__`. */
export const anyMatchers: fc.Arbitrary<Matcher[]> = fc.array(
  fc.record({
    label: anyLabel.filter((label) => label !== '__name__'),
    op: fc.constantFrom('=', '!=', '=~', '!~'),
    value: anyText,
  }),
  { maxLength: 4 },
);
