/** Value of a string literal, or its problem; `at` is an offset into the literal. */
export type Unquoted = { readonly value: string } | { readonly problem: string; readonly at: number };

const piece =
  /(?<plain>[^\\\n]+)|\\(?:(?<letter>[abfnrtv\\'"])|x(?<hex>[\da-fA-F]{2})|(?<octal>[0-3][0-7]{2})|u(?<short>[\da-fA-F]{4})|U(?<long>[\da-fA-F]{8}))/y;
const letters: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/**
 * Reads a string literal as Prometheus does: `'…'` and `"…"` take Go's escapes, where `\xHH` and `\OOO` are UTF-8 bytes;
 * backquotes take every character literally.
 */
export function unquotePromql(literal: string): Unquoted {
  const quoteMark = literal.charAt(0);
  const unterminated = { problem: 'unterminated string', at: 0 };
  if (literal.length < 2 || !literal.endsWith(quoteMark)) return unterminated;
  const end = literal.length - 1;
  if (quoteMark === '`') return { value: literal.slice(1, end) };

  const body = literal.slice(0, end);
  const bytes: Buffer[] = [];
  for (let at = 1; at < end; ) {
    piece.lastIndex = at;
    const found = piece.exec(body);
    if (found === null) return at === end - 1 ? unterminated : unknownEscape(literal, at);
    const { plain, letter, hex, octal, short, long } = found.groups ?? {};
    if (plain !== undefined) bytes.push(Buffer.from(plain));
    else if (hex !== undefined) bytes.push(Buffer.of(Number.parseInt(hex, 16)));
    else if (octal !== undefined) bytes.push(Buffer.of(Number.parseInt(octal, 8)));
    else {
      const character = letter === quoteMark ? letter : (letters[letter ?? ''] ?? codePoint(short ?? long));
      if (character === undefined) return unknownEscape(literal, at);
      bytes.push(Buffer.from(character));
    }
    at = piece.lastIndex;
  }
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes)) };
  } catch {
    return { problem: 'string is not valid UTF-8', at: 0 };
  }
}

/** A double-quoted, single-line PromQL string literal; the value must be well-formed Unicode. */
export function quotePromql(value: string): string {
  // Prometheus rejects a plain U+FFFD as broken UTF-8; U+2028 and U+2029 are line breaks in other tools.
  const escaped = value.replace(/[\\"\p{Cc}\u2028\u2029\ufffd]/gu, (character) => {
    if (character === '\\' || character === '"') return `\\${character}`;
    if (character === '\n') return '\\n';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

function codePoint(digits: string | undefined): string | undefined {
  const point = Number.parseInt(digits ?? '', 16);
  const valid = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return valid ? String.fromCodePoint(point) : undefined;
}

function unknownEscape(literal: string, at: number): Unquoted {
  return { problem: `${JSON.stringify(literal.slice(at, at + 2))} is not an escape sequence in PromQL`, at };
}
