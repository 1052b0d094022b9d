/** A JSON text as a tree that knows where each value stands; ranges are offsets, quotes included. */
export type JsonNode =
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly start: number; readonly end: number; readonly value: string }
  | { readonly kind: 'other'; readonly start: number; readonly end: number };

export interface JsonMember {
  readonly key: string;
  readonly value: JsonNode;
}

/** Parses strict JSON, a byte order mark before it allowed. Undefined where the text is anything else. */
export function parseJson(text: string): JsonNode | undefined {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
    return new Reader(text).value();
  } catch {
    return undefined;
  }
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isString: boolean;
}

/** Reads what `JSON.parse` has accepted: nothing is checked again. */
class Reader {
  readonly #text: string;
  readonly #token = /[\s\ufeff]*(?:(?<string>"[^"\\]*(?:\\.[^"\\]*)*")|(?<mark>[{}[\],:])|(?<other>[^\s{}[\],:"]+))/sy;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonNode {
    return this.#from(this.#next());
  }

  #next(): Token {
    const found = this.#token.exec(this.#text);
    const text = found?.groups?.['string'] ?? found?.groups?.['mark'] ?? found?.groups?.['other'];
    if (text === undefined) throw new SyntaxError('unexpected end of JSON');
    const end = this.#token.lastIndex;
    return { text, start: end - text.length, end, isString: text.startsWith('"') };
  }

  #from({ text, start, end, isString }: Token): JsonNode {
    if (isString) return { kind: 'string', start, end, value: JSON.parse(text) as string };
    if (text === '{') return this.#object(start);
    return text === '[' ? this.#array(start) : { kind: 'other', start, end };
  }

  #object(start: number): JsonNode {
    const members: JsonMember[] = [];
    for (let token = this.#next(); ; token = this.#next()) {
      if (token.text === '}') return { kind: 'object', start, end: token.end, members };
      if (!token.isString) continue;
      const key = JSON.parse(token.text) as string;
      this.#next();
      members.push({ key, value: this.value() });
    }
  }

  #array(start: number): JsonNode {
    const items: JsonNode[] = [];
    for (let token = this.#next(); ; token = this.#next()) {
      if (token.text === ']') return { kind: 'array', start, end: token.end, items };
      if (token.text !== ',') items.push(this.#from(token));
    }
  }
}
