import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/access/token-store.js';
import { formatToken, parseTokens } from '../../src/access/tokens-file.js';

const digest = digestOf('secret');

describe('parseTokens', () => {
  it('reads a reader a line, and skips blank lines and comments', () => {
    const line = formatToken({ name: 'grafana', scopes: ['metrics', 'datasource'], digest });
    const { entries, faults } = parseTokens(`# readers\r\n\r\n  ${line}\r\nops * sha256:${digest.toString('hex')}\n`);
    expect(faults).toEqual([]);
    expect(entries).toEqual([
      { name: 'grafana', scopes: ['metrics', 'datasource'], digest },
      { name: 'ops', scopes: ['*'], digest },
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
    const { entries, faults } = parseTokens(`# one\n${line}`);
    expect(entries).toEqual([]);
    expect(faults).toEqual([expect.stringContaining(`line 2: ${expected}`)]);
    expect(faults.join()).not.toContain('canary');
  });

  it('refuses a name that is there twice: a log could not tell them apart', () => {
    const line = formatToken({ name: 'a', scopes: ['*'], digest });
    expect(parseTokens(`${line}\n${line}`).faults).toEqual(['line 2: the name is there twice']);
  });
});
