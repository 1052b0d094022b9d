import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayText } from '../src/display-text.js';

test('text that is not printable cannot leave its line or change how the line reads', () => {
  expect(displayText('a\r\nb\u001b[31mc\u202ed\u0000e\u2028f\ud800g')).toBe('a b [31mc d e f g');
});

test('text is cut to the limit, without cutting a character in two', () => {
  expect(displayText('x'.repeat(500))).toBe('x'.repeat(500));
  expect(displayText('x'.repeat(501))).toBe(`${'x'.repeat(500)}…`);
  expect(displayText('😀😀😀', [], 2)).toBe('😀😀…');
});

test('a secret is masked wherever it stands, also where the cut would have left half of it', () => {
  expect(displayText('token=s3cret; again s3cret', ['s3cret'])).toBe('token=***; again ***');
  expect(displayText('host S3CRET.example', ['s3cret'])).toBe('host ***.example');
  expect(displayText('a(b$+c', ['(b$+'])).toBe('a***c');
  expect(displayText('unchanged', [''])).toBe('unchanged');
  expect(displayText('xxxxs3cret', ['s3cret'], 6)).toBe('xxxx**…');
});

test('whatever comes in, what goes out is one short well-formed line without the secret', () => {
  const secret = fc.string({ minLength: 1, unit: fc.constantFrom(...'abc\n\u200b') });
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), secret)), secret, (parts, hidden) => {
      const text = displayText(parts.join(hidden), [hidden], 40);
      expect(text).not.toMatch(/[\p{C}]/u);
      expect(Array.from(text).length).toBeLessThanOrEqual(41);
      if (/^[abc]{2,}$/.test(hidden)) expect(displayText(`<${hidden}>`, [hidden])).toBe('<***>');
    }),
  );
});
