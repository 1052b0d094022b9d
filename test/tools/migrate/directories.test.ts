import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scrapeConfig, tempStack } from './temp-stack.js';

const directory = 'tools/health-service-exporter';
const base = {
  'prometheus.yml': scrapeConfig,
  'docker-compose.yml': 'services:\n  health-service-exporter: {build: ./tools/health-service-exporter}\n',
  [`${directory}/Dockerfile`]: 'FROM scratch\n',
};

describe("the exporter's directory stays while a file outside refers to it", () => {
  it.each([
    [
      'a Compose file in a subfolder',
      'deploy/a.yml',
      'services:\n  b:\n    build: {context: .., dockerfile: tools/health-service-exporter/Dockerfile}\n',
      3,
    ],
    [
      'a bare directory name',
      'tools/compose.yml',
      'services:\n  b:\n    build: {context: ., additional_contexts: {base: health-service-exporter}}\n',
      3,
    ],
    [
      'a default of a variable in a bind mount',
      'c.yml',
      `services:\n  b: {image: x, volumes: ["$\{DIR:-./tools/health-service-exporter}/conf:/conf"]}\n`,
      2,
    ],
    ['an environment file', '.env', 'A=1\nEXPORTER_DIR=./tools/health-service-exporter\n', 2],
    ['a Dockerfile', 'web/Dockerfile', 'FROM x\nCOPY tools/health-service-exporter/lib.py /lib.py\n', 2],
    ['a Dockerfile with a pattern', 'web/Dockerfile', 'FROM x\nCOPY tools/health-*/lib.py /\n', 2],
    ['a shell script', 'build.sh', '#!/bin/sh\ncd tools/health-service-exporter && make\n', 2],
    [
      'a shell script with braces',
      'build.sh',
      'for d in tools/{node,health-service}-exporter; do make -C "$d"; done\n',
      1,
    ],
    ['a shell script with a variable', 'build.sh', 'make -C tools/$KIND-service-exporter\n', 1],
    ['a Makefile', 'Makefile', 'image:\n\tdocker build tools/health-service-exporter\n', 2],
    [
      'a CI workflow',
      '.github/workflows/a.yml',
      'jobs:\n  a:\n    steps:\n      - run: docker build ./tools/health-service-exporter\n',
      4,
    ],
    [
      'a path filter of a CI workflow',
      '.github/workflows/a.yml',
      "on:\n  push:\n    paths: ['tools/health-service-exporter/**']\n",
      3,
    ],
    [
      'a matrix of directories',
      '.github/workflows/a.yml',
      'jobs:\n  a:\n    strategy: {matrix: {dir: [health-service-exporter, grafana]}}\n',
      3,
    ],
    ['Terraform', 'main.tf', 'module "x" {\n  source = "./tools/health-service-exporter"\n}\n', 2],
    ['a bake file', 'docker-bake.hcl', 'target "x" { context = "tools/health-service-exporter" }\n', 1],
    ['a JSON file', 'bake.json', '{"target": {"x": {"context": "tools/health-service-exporter"}}}\n', 1],
    ['a submodule', '.gitmodules', '[submodule "x"]\n  path = tools/health-service-exporter\n', 2],
    ['a Windows path', 'build.cmd', 'docker build .\\tools\\health-service-exporter\n', 1],
    ['a document that names its path', 'README.md', 'It is in `tools/health-service-exporter/`.\n', 1],
    [
      'a template that does not parse',
      'c.yml.tmpl',
      'services:\n[[ if .A ]]\n  health-service-exporter: {}\n[[ end ]]\n',
      3,
    ],
    ['JSON that does not parse', 'b.json', '{"a": "health-service-exporter",}\n', 1],
  ])('%s', async (_, path, text, line) => {
    const stack = await tempStack({ ...base, [path]: text });
    expect((await stack.plan()).find(({ kind }) => kind === 'directory')).toEqual({
      file: directory,
      line: 1,
      kind: 'directory',
      action: 'by hand',
      why: `it has the name of the exporter; ${path}:${line} still refers to it`,
    });
    expect((await stack.remove()).code).toBe(0);
    expect(await stack.read(`${directory}/Dockerfile`)).toBe('FROM scratch\n');
  });

  it('through a symbolic link, and as long as a configuration was not read', async () => {
    const stack = await tempStack(base);
    await symlink('../tools/health-service-exporter', join(stack.root, 'tools/exporter'));
    const why = async () => (await stack.plan()).find(({ kind }) => kind === 'directory')?.why;
    expect(await why()).toBe('it has the name of the exporter; tools/exporter is a symbolic link to it');
    const large = await tempStack({ ...base, 'large.yml': Buffer.alloc(5 * 1024 * 1024 + 1, '#') });
    expect((await large.plan()).find(({ kind }) => kind === 'directory')?.why).toContain('large.yml was not read');
  });
});

describe("the exporter's directory goes", () => {
  it.each([
    ['a target', 'agent.conf', 'url = "http://health-service-exporter:8002/metrics"\n'],
    [
      'an image of a registry',
      '.github/workflows/a.yml',
      'jobs:\n  a:\n    steps:\n      - run: docker push ghcr.io/acme/health-service-exporter:latest\n',
    ],
    ['a service in a script', 'start.sh', 'docker compose up -d health-service-exporter\n'],
    ['a comment', 'b.yml', 'a: 1 # once ./tools/health-service-exporter\n'],
    ['prose', 'README.md', 'The health-service-exporter is old.\n'],
    [
      'an annotation',
      'rules.yml',
      'groups:\n  - rules:\n      - alert: A\n        expr: vector(1)\n        annotations: {summary: health-service-exporter is down}\n',
    ],
    ['another name', 'b.yml', 'build: ./tools/health-service-exporter-dashboard\n'],
  ])('although a file has %s', async (_, path, text) => {
    const stack = await tempStack({ ...base, [path]: text });
    expect((await stack.plan()).find(({ kind }) => kind === 'directory')?.action).toBe('remove');
    await stack.remove();
    await expect(stack.read(`${directory}/Dockerfile`)).rejects.toThrow('ENOENT');
  });
});
