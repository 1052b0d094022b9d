interface Pair {
  /** As it was sent. */
  readonly text: string;
  readonly name: string;
  /** Decoded, one character per byte. */
  readonly value: string;
}

/**
 * The parameters of a request, as Prometheus (Go's `net/http`) reads them, and their original text: what is not read here is
 * forwarded byte by byte. Text has one character per byte (latin1).
 */
export class Parameters {
  /** The form to forward. */
  readonly text: string;
  readonly #pairs: readonly Pair[];

  private constructor(text: string, pairs: readonly Pair[]) {
    this.text = text;
    this.#pairs = pairs;
  }

  /** Those of the body stand before those of the URL: they win where one value counts, and lists have both. */
  static merge(body: string, query: string): Parameters {
    const text = body === '' || query === '' ? body + query : `${body}&${query}`;
    const pairs = text.split('&').map(readPair);
    return new Parameters(
      text,
      pairs.filter((pair) => pair !== undefined),
    );
  }

  /** The value that Prometheus uses; empty if there is none, which is the same to Prometheus. */
  first(name: string): string {
    const value = this.#pairs.find((pair) => pair.name === name)?.value ?? '';
    return Buffer.from(value, 'latin1').toString();
  }

  /** Bytes of all values of a parameter, decoded. */
  size(name: string): number {
    return this.#pairs.reduce((sum, pair) => (pair.name === name ? sum + pair.value.length : sum), 0);
  }

  /** A copy with one value for `name`, in place of all others. */
  with(name: string, value: string): Parameters {
    const others = this.#pairs.filter((pair) => pair.name !== name).map((pair) => pair.text);
    return Parameters.merge('', [...others, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join('&'));
  }
}

/** Undefined for what Go ignores: empty pairs, and those with a semicolon or an invalid escape. */
function readPair(text: string): Pair | undefined {
  if (text === '' || text.includes(';') || (text.includes('%') && /%(?![0-9a-f]{2})/i.test(text))) return undefined;
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  return { text, name: unescapeText(name), value: equals < 0 ? '' : unescapeText(text.slice(equals + 1)) };
}

function unescapeText(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  return spaced.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
