import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskKnownSecrets, maskSecrets } from '../../../src/tools/migrate/text/mask-secrets.js';

describe('credentials print as ***', () => {
  it.each([
    ['  API_TOKEN: canary', '  API_TOKEN: ***'],
    ['  API_TOKEN: canary word # why', '  API_TOKEN: ***'],
    ['  - ADMIN_PASSWORD=canary', '  - ADMIN_PASSWORD=***'],
    ['  - "ADMIN_PASSWORD=canary"', '  - "ADMIN_PASSWORD=***'],
    ['DB_SECRET=canary', 'DB_SECRET=***'],
    ['export SOME_KEY="canary"', 'export SOME_KEY=***'],
    [`  REDIS_PASSWORD: $\{REDIS_PASSWORD:-canary}`, '  REDIS_PASSWORD: ***'],
    ["    password: 'ca''nary' # x", '    password: *** # x'],
    ['    password: "ca\\"nary" # x', '    password: *** # x'],
    [
      '    basic_auth: { username: bob, password: canary, x: y }',
      '    basic_auth: { username: bob, password: ***, x: y }',
    ],
    ['    bearer_token: canary\r', '    bearer_token: ***\r'],
    ['      credentials: canary', '      credentials: ***'],
    ['"secureJsonData": {"apiKey": "canary", "url": "x"}', '"secureJsonData": {"apiKey": ***, "url": "x"}'],
    ['command: serve --web.token canary --port 1', 'command: serve --web.token *** --port 1'],
    ['command: serve --web.token=canary --port 1', 'command: serve --web.token=*** --port 1'],
    ['command: ["--api-key", "canary", "--port=1"]', 'command: ["--api-key", ***, "--port=1"]'],
    ['  DB: postgres://bob:ca@nary@host/db', '  DB: postgres://***@host/db'],
    ['  REDIS_URL: redis://:canary@host:6379', '  REDIS_URL: redis://***@host:6379'],
    ['curl -H "X-Auth: Bearer canary123"', 'curl -H "X-Auth: Bearer ***"'],
    ['curl -u bob:canary http://x', 'curl -u *** http://x'],
    ['  something: gw_live_canary0123456789', '  something: ***'],
    ['  url: http://x/?api_key=canary', '  url: http://x/?api_key=***'],
  ])('in %j', (line, masked) => {
    expect(maskSecrets(line)).toBe(masked);
  });

  it.each([
    'image: grafana/grafana:11.3.0',
    '  bearer_token_file: /etc/prometheus/token',
    'expr: sum by (model) (rate(tokens_used_total{token_type="input"}[5m]))',
    '"expr": "sum(tokens_used_total{model=\\"x\\"})"',
    'secrets:\n  - db_password\n  - api_token',
    'depends_on: [token-service]',
    'HEALTH_SERVICE_URL: http://health:8001',
    '# the password is in the vault',
  ])('and nothing else changes: %j', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('on the lines after their name: blocks, lists, keys in PEM, flags in a list', () => {
    const text = [
      ...['password: |', '  canary', '', '  canary', 'next: 1', 'tokens:', '  - canary', '  - "canary"'],
      ...['password:', '  canary', 'user: bob', '- --password', '- canary', '- --verbose'],
      ...['x: |', '  -----BEGIN PRIVATE KEY-----', '  canary+/', '  -----END PRIVATE KEY-----', 'y: 2'],
    ].join('\n');
    const masked = maskSecrets(text);
    expect(masked).not.toContain('canary');
    for (const kept of ['next: 1', 'user: bob', '- --verbose', 'y: 2']) expect(masked.split('\n')).toContain(kept);
  });

  it('without changing the number of lines, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('password: |', '  a', 'token=b', '-----BEGIN KEY', "key: 'x", '', 'a: {b: c', 'x\r')),
        (lines) => {
          expect(maskSecrets(lines.join('\n')).split('\n')).toHaveLength(Math.max(1, lines.length));
        },
      ),
    );
  });

  it('in messages only where they are secrets by themselves', () => {
    const message = 'panel "Tokens": bare selector; the service builds https://bob:canary@host/x';
    expect(maskKnownSecrets(message)).toBe('panel "Tokens": bare selector; the service builds https://***@host/x');
  });
});
