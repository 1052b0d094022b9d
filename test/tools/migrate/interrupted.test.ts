import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { runMigrate } from './run-migrate.js';
import { bytesOfTree, readTree, writeStack } from './stack-fixture.js';

/** Calls to the file system that change something, until the power goes; undefined: it does not. */
const power = vi.hoisted(() => ({ left: undefined as number | undefined, isOut: false }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const failing =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (power.left === 0) power.isOut = true;
      if (power.left !== undefined) power.left -= 1;
      if (power.isOut) throw new Error('power cut');
      return call(...args);
    };
  const changing = ['rename', 'mkdir', 'rm', 'writeFile', 'chown'] as const;
  return {
    ...real,
    ...Object.fromEntries(changing.map((name) => [name, failing(real[name] as () => Promise<unknown>)])),
  };
});

let root: string;
let before: Readonly<Record<string, string>>;

const stack = new Map([
  [
    'compose.yml',
    Buffer.from('services:\n  a: {image: a}\n  health-service-exporter: {build: ./health-service-exporter}\n'),
  ],
  ['health-service-exporter/Dockerfile', Buffer.from('FROM scratch\n')],
  ['prometheus.yml', Buffer.from('scrape_configs:\n  - job_name: health_service_exporter\n')],
]);
const removed = {
  'compose.yml': 'services:\n  a: {image: a}\n',
  'prometheus.yml': `scrape_configs:
  - job_name: gatewayz_metrics
    metrics_path: /prometheus/metrics
    static_configs:
      - targets: ['backend:8000']
`,
};

beforeEach(async () => {
  root = await tempFolder();
  await writeStack(root, stack);
  before = await readTree(root);
});

afterEach(async () => {
  powerOn();
  await removeFolder(root);
});

function powerOn(): void {
  power.left = undefined;
  power.isOut = false;
}

/** Runs a command that loses power after so many changes; whether it did. */
async function interrupted(changes: number, ...args: readonly string[]): Promise<boolean> {
  power.left = changes;
  await runMigrate(...args).catch((error: Error) => expect(error.message).toBe('power cut'));
  const wasCut = power.isOut;
  powerOn();
  return wasCut;
}

const removal = () => ['apply', '--root', root, '--phase', 'remove', '--target', 'backend:8000', '--force'] as const;
const rollback = () => ['rollback', '--root', root] as const;

describe('an apply that is interrupted, at whichever change,', () => {
  it('is finished by the next apply', async () => {
    let changes = 0;
    for (; await interrupted(changes, ...removal()); changes += 1) {
      expect(await runMigrate(...removal())).toMatchObject({ code: 0 });
      expect(bytesOfTree(await readTree(root))).toEqual(removed);
      await runMigrate(...rollback());
      expect(await readTree(root)).toEqual(before);
    }
    expect(changes).toBeGreaterThan(15);
  });

  it('is taken back by a rollback', async () => {
    for (let changes = 0; await interrupted(changes, ...removal()); changes += 1) {
      expect(await runMigrate(...rollback())).toMatchObject({ code: 0 });
      expect(await readTree(root)).toEqual(before);
    }
  });
});

describe('a rollback that is interrupted, at whichever change,', () => {
  it('does the rest when it is called again', async () => {
    let changes = 0;
    for (let wasCut = true; wasCut; changes += 1) {
      await runMigrate('apply', '--root', root, '--phase', 'parallel', '--target', 'backend:8000');
      await runMigrate(...removal());
      wasCut = await interrupted(changes, ...rollback());
      expect(await runMigrate(...rollback())).toMatchObject({ code: 0 });
      expect(await readTree(root)).toEqual(before);
    }
    expect(changes).toBeGreaterThan(10);
  });
});
