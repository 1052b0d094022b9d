import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/tools/migrate/text/json-source.js';
import type { SourceTree } from '../../../src/tools/migrate/text/source-tree.js';

/** Every string of a tree, read again from its own part of the text. */
function stringsOf(node: SourceTree, text: string): readonly unknown[] {
  if (node.kind === 'map') return node.members.flatMap(({ value }) => stringsOf(value, text));
  if (node.kind === 'list') return node.items.flatMap((item) => stringsOf(item, text));
  if (node.kind === 'other') return [];
  const written: unknown = JSON.parse(text.slice(node.start, node.end));
  expect(written).toBe(node.value);
  return [written];
}

/** Every string of a value, keys left out, in the order in which it is written. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

describe('parseJson', () => {
  it('knows where every string is, whatever the white space', () => {
    const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(
        json,
        fc.constantFrom(undefined, 1, '\t', '\r\n'),
        fc.constantFrom('', '\ufeff', '\n '),
        (value, space, head) => {
          const isBreak = space === '\r\n';
          const body = JSON.stringify(value, undefined, isBreak ? 1 : space);
          const text = head + (isBreak ? body.replaceAll('\n', space) : body);
          expect(stringsOf(parseJson(text)!, text)).toEqual(stringsIn(JSON.parse(body)));
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

  it('reads a string of megabytes, and gives up on endless nesting', () => {
    const long = JSON.stringify(['\\"'.repeat(1_000_000)]);
    expect(stringsOf(parseJson(long)!, long)).toHaveLength(1);
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(() => parseJson(deep)).not.toThrow();
  });
});
