import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/access/token-store.js';
import { formatToken, parseTokens, scopes } from '../../src/access/tokens-file.js';

const digest = digestOf('secret');
const other = digestOf('another secret');

describe('parseTokens', () => {
  it('reads a reader a line, and skips blank lines and comments', () => {
    const line = formatToken({ name: 'grafana', scopes: ['metrics', 'datasource'], digest });
    const { entries, problems } = parseTokens(`# readers\r\n\r\n  ${line}\r\nops * sha256:${other.toString('hex')}\n`);
    expect(problems).toEqual([]);
    expect(entries).toEqual([
      { name: 'grafana', scopes: ['metrics', 'datasource'], digest },
      { name: 'ops', scopes: ['*'], digest: other },
    ]);
  });

  it.each([
    ['a token in place of a digest', 'grafana metrics gwm_canary', 'expected NAME SCOPES sha256:DIGEST'],
    ['a short digest', 'grafana metrics sha256:abc', 'expected NAME SCOPES sha256:DIGEST'],
    [
      'an unknown scope',
      `grafana admin sha256:${digest.toString('hex')}`,
      'expected the scopes metrics, datasource, *',
    ],
    ['no scope', `grafana sha256:${digest.toString('hex')}`, 'expected NAME SCOPES sha256:DIGEST'],
  ])('names the line of %s, and shows nothing of it', (_what, line, expected) => {
    const { entries, problems } = parseTokens(`# one\n${line}`);
    expect(entries).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(`line 2: ${expected}`)]);
    expect(problems.join()).not.toContain('canary');
  });

  it('refuses one token under two names: which of them asks could not be told', () => {
    const lines = ['a', 'b'].map((name) => formatToken({ name, scopes: ['*'], digest }));
    expect(parseTokens(lines.join('\n')).problems).toEqual(['line 2: same digest as a']);
  });

  it('reads what formatToken writes, whatever the name, the scopes and the digest', () => {
    const names = fc.stringMatching(/^[\w.@-]{1,64}$/);
    const readers = fc.uniqueArray(
      fc.record({
        name: names,
        scopes: fc.uniqueArray(fc.constantFrom(...scopes), { minLength: 1 }),
        digest: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
      }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(readers, (given) => {
        const distinct = new Set(given.map((entry) => entry.digest.toString('hex')));
        fc.pre(distinct.size === given.length);
        expect(parseTokens(given.map(formatToken).join('\n'))).toEqual({ entries: given, problems: [] });
      }),
    );
  });

  it('never shows anything of a line that it cannot read, and takes no text at all for a reader', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const { entries, problems } = parseTokens(text);
        expect(entries).toEqual([]);
        for (const fault of problems) {
          expect(fault).toMatch(
            /^line \d+: (expected NAME SCOPES sha256:DIGEST|expected the scopes metrics, datasource, \*, separated by commas)$/,
          );
        }
      }),
    );
  });

  it('refuses a name that is there twice: a log could not tell them apart', () => {
    const line = formatToken({ name: 'a', scopes: ['*'], digest });
    expect(parseTokens(`${line}\n${line}`).problems).toEqual(['line 2: duplicate name']);
  });
});
