import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { errorCodes, responseCodes } from '../../src/errors.js';
import { datasourceMetrics, stateMetrics, workerMetrics } from '../../src/own-metrics.js';
import { gatewayzCatalogue } from '../../src/presets/presets.js';
import { requestMetrics } from '../../src/request-metrics.js';
import { defaultConnectionLimits } from '../../src/standalone.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const section = read('docs/operations.md').split('\n## Faults\n')[1]!.split('\n## ')[0]!;

interface Row {
  readonly fault: string;
  /** Every cell but the last. */
  readonly text: string;
  readonly test: string;
}

const lines = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:fault|---)/.test(line));
const rows = lines.map((line): Row => {
  const cells = line.slice(2, -2).split(' | ');
  return { fault: cells[0]!, text: cells.slice(0, -1).join(' | '), test: cells.at(-1)! };
});

const code = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => read(`src/${file}`))
  .join('\n');

const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);

describe('the table of faults in docs/operations.md', () => {
  test('has as many cells in each row as in its header', () => {
    const tables = section.split(/\n\n/).filter((part) => part.startsWith('| fault'));
    expect(tables.length).toBe(5);
    for (const table of tables) {
      expect(
        new Set(
          table
            .trim()
            .split('\n')
            .map((line) => line.split(' | ').length),
        ),
      ).toEqual(new Set([5]));
    }
  });

  test.each(rows.map((row) => [row.fault, row] as const))('%s: is held by tests that exist', (_, row) => {
    const named = row.test.split('; ');
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) {
      const [, file, words] = /^`([\w/-]+)`(?:: "([^"]+)")?$/.exec(name) ?? [];
      expect(file, `${name} is a file, with or without words of a title`).toBeDefined();
      const path = `test/${file}.test.ts`;
      expect(existsSync(`${root}/${path}`), path).toBe(true);
      const titles = read(path)
        .split('\n')
        .filter((line, index, all) => /(?:test|it|describe)\b|^\s*'/.test(line) || all[index - 1]?.endsWith('('));
      if (words !== undefined)
        expect(
          titles.filter((line) => line.includes(words)),
          `${path}: ${words}`,
        ).not.toEqual([]);
    }
  });

  test('names only metrics that we have', () => {
    const health = createCatalogue(gatewayzCatalogue, { selector: [], marker: undefined }).families['all'] ?? [];
    const ours = [
      stateMetrics,
      Object.values(workerMetrics),
      Object.values(requestMetrics),
      Object.values(datasourceMetrics),
      health,
    ].flatMap((metrics) => metrics.map(({ name }) => name));
    const named = quoted(section).flatMap((word) => /^gatewayz_\w+/.exec(word)?.[0] ?? []);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !ours.includes(name))).toEqual([]);
  });

  test('names every error that clients and the log of the service have, and no other', () => {
    const ofCommands = ['tool_unavailable', 'migration_refused'];
    const expected = Object.keys(errorCodes).filter((name) => !ofCommands.includes(name));
    const named = new Set(quoted(section).filter((word) => Object.hasOwn(errorCodes, word)));
    expect([...named].sort()).toEqual(expected.sort());
    expect(responseCodes.filter((name) => !named.has(name))).toEqual([]);
    const codes = quoted(section).filter((word) =>
      /^(?:upstream|settings|catalogue|health_service)_[a-z]+$/.test(word),
    );
    expect(codes.filter((name) => !Object.hasOwn(errorCodes, name))).toEqual([]);
  });

  test('quotes only log lines that the code writes', () => {
    const words = rows.flatMap(({ text }) =>
      [...text.replaceAll(/`[^`]*`/g, '').matchAll(/"([^"]+)"/g)].map(([, line]) => line!),
    );
    expect(words.length).toBeGreaterThan(5);
    const unknown = words.filter((line) => line.split('…').some((part) => !code.includes(part.trim())));
    expect(unknown).toEqual([]);
  });

  test('says how long a client may take, as the service has it', () => {
    const { headersTimeout, requestTimeout, responseTimeout, datasourceTimeout } = defaultConnectionLimits;
    const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`;
    expect(section).toContain(`a header that takes more than ${seconds(headersTimeout)}`);
    expect(section).toContain(`a body that takes more than ${seconds(requestTimeout)}`);
    expect(section).toContain(`within ${seconds(responseTimeout)} (datasource: ${seconds(datasourceTimeout)})`);
  });

  test('names every test file about faults', () => {
    const files = readdirSync(`${root}/test/faults`).map((file) => `faults/${file.replace(/\.test\.ts$/, '')}`);
    const named = rows.flatMap(({ test: held }) => quoted(held));
    expect(files.filter((file) => !named.includes(file))).toEqual([]);
  });
});
