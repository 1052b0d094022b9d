import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { runMigrate } from '../tools/migrate/run-migrate.js';

// On a machine that has other work.
vi.setConfig({ testTimeout: 120_000 });

let root: string;
beforeEach(async () => {
  root = await tempFolder();
});
afterEach(() => removeFolder(root));

const service = '\n  health-service-exporter:\n    image: health-service-exporter\n';
const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');
const list = (count: number, item: string): string => Array(count).fill(item).join(', ');

/** Each line names ten times what the one before it names ten times. */
const aliasBomb = `a0: &a0 [lol]\n${lines(12, (i) => `a${i + 1}: &a${i + 1} [${list(10, `*a${i}`)}]\n`)}services:${service}`;
const mergeBomb = `x0: &x0 {a: b}\n${lines(20, (i) => `x${i + 1}: &x${i + 1}\n  <<: [${list(20, `*x${i}`)}]\n`)}services:${service}`;

/** What the plan says about `file` with this content, as `kind: action`. */
async function planFor(file: string, content: string | Buffer): Promise<readonly string[]> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), content);
  const { code, stdout } = await runMigrate('plan', '--root', root, '--json');
  expect(code).toBe(0);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  const { findings } = JSON.parse(stdout) as { findings: { kind: string; action: string; why: string }[] };
  return findings.map(
    ({ kind, action, why }) => `${kind}: ${action}${why.includes('does not parse') ? ', does not parse' : ''}`,
  );
}

describe('a document that is an attack is left to a person, and not a byte of it is changed:', () => {
  test.each([
    ['aliases that multiply', aliasBomb],
    ['merge keys that multiply', mergeBomb],
    ['lists in lists without end', `services:${service}x: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`],
    ['maps in maps without end', `services:${service}x: ${'{a: '.repeat(5_000)}${'}'.repeat(5_000)}\n`],
    ['tabs', 'services:\n\thealth-service-exporter:\n\t\timage: x\n'],
    ['an alias of nothing', `services:${service}x: *nothing\n`],
  ])('%s', async (_, content) => {
    const found = await planFor('docker-compose.yml', content);
    expect(new Set(found)).toEqual(new Set(['other: by hand, does not parse']));
    for (const phase of ['parallel', 'remove']) {
      const target = ['--target', 'backend:8000', '--force'];
      const { code, stderr } = await runMigrate('apply', '--root', root, '--phase', phase, ...target);
      expect(code, stderr).toBeLessThan(2);
    }
    expect(await readFile(join(root, 'docker-compose.yml'), 'utf8')).toBe(content);
  });

  test('a tag that would make code of text makes nothing of it', async () => {
    const content = "x: !!js/function 'function () { process.exit(7) }'\ny: !!js/undefined health-service-exporter\n";
    expect(await planFor('docker-compose.yml', content)).toEqual(['other: by hand']);
  });

  test('50 MB are not read', async () => {
    const content = Buffer.concat([Buffer.from(`services:${service}`), Buffer.alloc(50 * 1024 * 1024, '# \n')]);
    expect(await planFor('docker-compose.yml', content)).toEqual(['other: by hand']);
  });

  test('JSON in JSON without end is no dashboard', async () => {
    const content = `{"health-service-exporter": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(await planFor('dashboards/deep.json', content)).toEqual(['other: by hand']);
  });
});

describe('names that mean something to JavaScript mean nothing here:', () => {
  test('in YAML they are services like others', async () => {
    const services = `services:${service}  __proto__:\n    image: health-service-exporter\n    polluted: 1\n  constructor: {image: nginx}\n`;
    expect(await planFor('docker-compose.yml', `__proto__:\n  polluted: 1\n${services}`)).toContain(
      'compose service: remove',
    );
  });

  test('in JSON they are fields like others', async () => {
    const target = '{"__proto__": {"polluted": 1}, "expr": "up{job=\\"health-service-exporter\\"}"}';
    const content = `{"title": "x", "__proto__": {"polluted": 1}, "panels": [{"targets": [${target}]}]}`;
    expect(await planFor('dashboards/proto.json', content)).toHaveLength(1);
  });

  test('a key that is there twice is seen twice', async () => {
    expect(await planFor('docker-compose.yml', `services:${service}${service}`)).toEqual([
      'compose service: remove',
      'compose service: remove',
    ]);
  });
});
