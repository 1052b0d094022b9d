import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonNode, parseJson } from '../../../src/tools/migrate/text/json-source.js';

/** What a node stands for, read again from its own part of the text. */
function meaningOf(node: JsonNode, text: string): unknown {
  if (node.kind === 'object')
    return Object.fromEntries(node.members.map(({ key, value }) => [key, meaningOf(value, text)]));
  if (node.kind === 'array') return node.items.map((item) => meaningOf(item, text));
  return JSON.parse(text.slice(node.start, node.end));
}

describe('parseJson', () => {
  it('knows where every value stands, whatever the white space', () => {
    const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(
        json,
        fc.constantFrom(undefined, 1, '\t', '\r\n'),
        fc.constantFrom('', '\ufeff', '\n '),
        (value, space, head) => {
          const text =
            head +
            (typeof space === 'string' && space !== '\t'
              ? JSON.stringify(value, undefined, 1).replaceAll('\n', space)
              : JSON.stringify(value, undefined, space));
          const root = parseJson(text)!;
          expect(meaningOf(root, text)).toEqual(JSON.parse(JSON.stringify(value)));
          expect(JSON.parse(text.slice(root.start, root.end))).toEqual(JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });

  it.each(['', '{', '{"a":1,}', "{'a': 1}", '[1] 2', 'NaN', '{"a": 1} // note', '{{ x }}'])(
    'is undefined for %j',
    (text) => {
      expect(parseJson(text)).toBeUndefined();
    },
  );

  it('reads a string of megabytes, and gives up on nesting without end', () => {
    const long = JSON.stringify(['\\"'.repeat(1_000_000)]);
    expect(parseJson(long)?.end).toBe(long.length);
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(() => parseJson(deep)).not.toThrow();
  });
});
