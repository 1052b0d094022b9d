import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));

/** The data flow, upstream first: a unit imports only units that stand before it. Units in one line do not know each other. */
const flow: readonly (readonly string[])[] = [
  ['model', 'errors', 'clock', 'cancellation', 'display-text'],
  ['duration', 'http-client'],
  ['promql'],
  ['settings', 'instrument'],
  ['prometheus'],
  ['catalogue'],
  ['presets'],
  ['collector', 'health-service', 'snapshot', 'render', 'docs', 'tools/grafana'],
  ['engine'],
  ['request-metrics', 'logging'],
  ['http', 'own-metrics', 'logger'],
  ['host-logger'],
  ['datasource', 'documentation', 'access', 'history'],
  ['metrics'],
  ['adapters'],
  ['index', 'standalone'],
  ['tools/demo', 'tools/migrate', 'tools/check'],
  ['cli'],
];

/** Units of pure functions: what they may import from outside. */
const pure: Readonly<Record<string, readonly string[]>> = {
  model: [],
  errors: [],
  'display-text': [],
  duration: [],
  promql: ['@lezer/common', '@prometheus-io/lezer-promql', 'node:util'],
  catalogue: [],
  presets: [],
  docs: ['marked'],
  render: ['node:crypto', 'node:zlib'],
  snapshot: [],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Every import of a file, types and dynamic ones included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*'([^']+)'/gm)].map((match) => match[1]!);
}

const imports: readonly Import[] = files.flatMap((file) => importsOf(file).map((to) => ({ from: file, to })));

function targetOf({ from, to }: Import): string | undefined {
  return to.startsWith('.') ? relative(source, join(source, dirname(from), to)).replace(/\.js$/, '.ts') : undefined;
}

/** The first segment of a path; below `tools/`, the first two. */
const unitOf = (file: string): string => /^(?:tools\/)?[^/]+/.exec(file)![0].replace(/\.ts$/, '');
const rankOf = (unit: string): number => flow.findIndex((line) => line.includes(unit));

/** What is loaded with a file, in its turn and at once. */
function packagesOf(start: string): string[] {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(join(source, file), 'utf8');
    for (const [, kind, to] of text.matchAll(/^(import type|export type|import|export)[^;]*?from '([^']+)'/gms)) {
      if (kind!.endsWith('type')) continue;
      if (!to!.startsWith('.')) packages.add(to!);
      else visit(targetOf({ from: file, to: to! })!);
    }
  };
  visit(start);
  return [...packages].filter((name) => !name.startsWith('node:')).sort();
}

describe('the structure', () => {
  it('has a place in the data flow for every unit', () => {
    expect([...new Set(files.map(unitOf))].filter((unit) => rankOf(unit) < 0)).toEqual([]);
  });

  it('imports only in the direction of the data flow', () => {
    const upward = imports.flatMap((one) => {
      const target = targetOf(one);
      if (target === undefined) return [];
      const [from, to] = [unitOf(one.from), unitOf(target)];
      return from === to || rankOf(to) < rankOf(from) ? [] : [`${one.from} imports ${target}`];
    });
    expect(upward).toEqual([]);
  });

  it('has no import cycles between files, types included', () => {
    const edges = new Map(
      files.map((file) => [file, imports.filter(({ from }) => from === file).flatMap((one) => targetOf(one) ?? [])]),
    );
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const target of edges.get(file) ?? []) visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('keeps the pure units free of input and output', () => {
    const impure = imports.flatMap((one) => {
      const allowed = pure[unitOf(one.from)];
      return allowed === undefined || one.to.startsWith('.') || allowed.includes(one.to)
        ? []
        : [`${one.from}: ${one.to}`];
    });
    expect(impure).toEqual([]);
  });

  it('loads only its few runtime dependencies when the package is imported', () => {
    expect(packagesOf('index.ts')).toEqual(['@prometheus-io/lezer-promql', 'zod']);
  });

  it('loads no package at all in the thread: a second parser and a second zod would be 20 MiB of the host', () => {
    expect(packagesOf('engine/load-engine.ts')).toEqual([]);
  });

  it('has files of at most 250 lines, tables aside', () => {
    const tables = [
      'settings/settings-table.ts',
      'presets/gatewayz/summary.ts',
      'presets/gatewayz/health-families.ts',
      'instrument/metric-specs.ts',
    ];
    const long = files.filter(
      (file) => !tables.includes(file) && readFileSync(join(source, file), 'utf8').split('\n').length > 251,
    );
    expect(long).toEqual([]);
  });
});
