import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { settingsTable } from '../../src/settings/read-settings.js';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { freePort } from '../support/free-port.js';
import { startProgram } from '../support/start-program.js';
import { withTempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';
import { environmentOf, execForm, type Instruction, lineage, parseDockerfile } from './parse-dockerfile.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const stages = parseDockerfile(read('deploy/Dockerfile'));
const instructions = stages.flatMap((stage) => stage.instructions);
const final = stages.at(-1)!.name;

const all = (from: readonly Instruction[], name: string) => from.filter((each) => each.name === name);
const last = (from: readonly Instruction[], name: string) => all(from, name).at(-1)?.text;

describe('deploy/Dockerfile', () => {
  test('builds the service unless told otherwise', () => expect(final).toBe('service'));

  test('takes every image in one version, never whatever is the latest', () => {
    const names = new Set(stages.map(({ name }) => name));
    const images = stages.map(({ from }) => from).filter((from) => !names.has(from));
    expect(images.filter((image) => !/^[\w./-]+:\d+\.\d+\.\d+-[a-z]+[\d.]*(-slim)?$/.test(image))).toEqual([]);
    const node = Number(/^node:(\d+)/.exec(images[0]!)?.[1]);
    expect(node).toBeGreaterThanOrEqual(Number(/\d+/.exec(JSON.parse(read('package.json')).engines.node)?.[0]));
    expect(new Set(images.map((image) => image.split('-')[0])).size).toBe(1);
  });

  test('copies files and adds none from elsewhere', () => {
    expect(all(instructions, 'ADD')).toEqual([]);
    expect(instructions.filter(({ text }) => /curl|wget|sudo|chmod 777/.test(text))).toEqual([]);
  });

  test('copies only what is there and what .dockerignore lets through, and that lets through nothing else', () => {
    const sources = all(instructions, 'COPY')
      .filter(({ text }) => !text.startsWith('--from='))
      .flatMap(({ text }) => text.split(' ').slice(0, -1));
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
    const lines = read('.dockerignore').split('\n');
    const patterns = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(patterns[0]).toBe('*');
    const allowed = patterns.slice(1).map((pattern) => pattern.replace(/^!/, ''));
    expect(allowed.sort()).toEqual([...new Set(sources)].sort());
  });

  test.each(['service', 'gateway'])('%s runs node itself, as nobody special, and stops on SIGTERM', (name) => {
    const stage = lineage(stages, name);
    const [uid = '0'] = (last(stage, 'USER') ?? '0').split(':');
    expect(Number(uid)).toBeGreaterThan(0);
    expect(last(stage, 'STOPSIGNAL')).toBe('SIGTERM');
    expect(last(stage, 'WORKDIR')).toMatch(/^\//);
    const [program] = execForm(last(stage, 'ENTRYPOINT') ?? last(stage, 'CMD') ?? '') ?? [];
    expect(program).toBe('node');
    for (const kind of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']) {
      for (const { text } of all(stage, kind)) expect([kind, execForm(text)]).toEqual([kind, expect.any(Array)]);
    }
    expect(all(stage, 'RUN').filter(({ text }) => /\bnpm (?!ci)|\bnpx /.test(text) && !text.startsWith('rm '))).toEqual(
      [],
    );
    expect(last(stage, 'EXPOSE')).toBe(environmentOf(stage)['PORT']);
  });

  test('holds no secret, and only settings that exist', () => {
    expect(all(instructions, 'ARG')).toEqual([]);
    const known = settingsTable.map(({ env }) => env as string | undefined);
    const names = Object.keys(environmentOf(instructions)).filter((name) => name !== 'NODE_ENV');
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(environmentOf(lineage(stages, final))).toMatchObject({ HOST: '::', PORT: '8000' });
  });

  test('runs on another system than it builds on: no package that runs is bound to one, or compiles anything', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { dev?: boolean; os?: object; cpu?: object; hasInstallScript?: boolean }>;
    };
    const bound = Object.entries(packages).filter(([, { dev, os, cpu, hasInstallScript }]) => {
      return !dev && (os !== undefined || cpu !== undefined || hasInstallScript);
    });
    expect(bound.map(([name]) => name)).toEqual([]);
  });

  test.each(['service', 'gateway'])(
    'laid out as in the image, %s starts, is healthy by its own check, and ends on SIGTERM',
    async (name) => {
      await withTempFolder(async (folder) => {
        const stage = lineage(stages, name);
        for (const { text } of all(stage, 'COPY')) {
          const sources = text.replace(/^--from=build /, '').split(' ');
          const target = sources.pop()!;
          for (const source of sources) {
            const from = join(root, source.replace(/^\/app\//, ''));
            const to = join(folder, target.endsWith('/') ? join(target, basename(from)) : target);
            await mkdir(dirname(to), { recursive: true });
            if (source.endsWith('node_modules')) await symlink(from, to);
            else await cp(from, to, { recursive: true });
          }
        }
        const port = await freePort();
        const env = { PATH: process.env['PATH'], ...environmentOf(stage), PORT: `${port}`, HOST: '127.0.0.1' };
        const [program, ...args] = [...all(stage, 'ENTRYPOINT'), ...all(stage, 'CMD').slice(-1)].flatMap(
          ({ text }) => execForm(text) ?? [],
        );
        const [check, ...checkArgs] = execForm(last(stage, 'HEALTHCHECK')!)!;
        const health = async () => (await runCommand(check!, checkArgs, { env })).code;
        const running = await startProgram(program!, args, /listening/i, { cwd: folder, env });
        try {
          await until(async () => (await health()) === 0, { what: 'it is healthy' });
        } finally {
          expect(await running.stop()).toBe(0);
        }
        expect(await health()).toBe(1);
      });
    },
  );
});
