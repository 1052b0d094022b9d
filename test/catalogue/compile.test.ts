import { describe, expect, test } from 'vitest';
import { type Catalogue, compileCatalogue, type QueryScoper, type Scope } from '../../src/catalogue/compile.js';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import {
  type CatalogueDefinition,
  type CatalogueTable,
  type FamilyDefinition,
  type OutputFamily,
  plainRow,
  type RowDefinition,
  type SummaryField,
} from '../../src/catalogue/definition.js';
import { precompiledCatalogue } from '../../src/catalogue/precompiled-catalogue.js';
import { GatewayzMetricsError } from '../../src/errors.js';
import { blocks } from '../../src/presets/gatewayz/blocks.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { pairLimit } from '../../src/presets/gatewayz/series-limit.js';
import { gatewayzCatalogue, presetCatalogue } from '../../src/presets/presets.js';
import { scopeQuery } from '../../src/promql/add-matchers.js';
import { listSelectors } from '../../src/promql/selectors.js';

const nowhere: Scope = { selector: [], marker: undefined };
const asIs: QueryScoper = (text) => scopeQuery(text, []);
const scope: Scope = {
  selector: [{ label: 'env', op: '=', value: 'production' }],
  marker: { label: 'reexported_by', value: 'gatewayz-metrics' },
};

function family(name: string, filledBy: RowDefinition, more: Partial<FamilyDefinition> = {}): FamilyDefinition {
  const header = { type: 'gauge', help: 'Help.', unit: '', labels: [] } as const;
  return { endpoint: 'system', name, ...header, row: filledBy, ...more };
}

function field(name: string, rowId: string): SummaryField {
  return { section: 'http', field: name, unit: '', help: '', row: rowId };
}

function definitionOf(
  tables: readonly CatalogueTable[],
  fields: readonly SummaryField[] = [],
  externalFamilies: readonly OutputFamily[] = [],
): CatalogueDefinition {
  return {
    presets: [],
    endpoints: ['system', 'business'].map((name) => ({ name, help: '' })),
    tables,
    fields,
    notExported: [],
    externalFamilies,
    seriesLimits: [],
    rankings: {},
    recordedBlocks: [],
  };
}

function problemsOf(definition: CatalogueDefinition, scope: Scope = nowhere): string {
  try {
    compileCatalogue(definition, scope, asIs);
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayzMetricsError);
    expect((error as GatewayzMetricsError).code).toBe('catalogue_invalid');
    return (error as Error).message;
  }
  throw new Error('the catalogue was accepted');
}

describe('compileCatalogue', () => {
  test('lists every problem, each with its file and row, syntax errors with a caret', () => {
    const message = problemsOf(
      definitionOf(
        [
          { file: 'a.ts', families: [family('x', plainRow('x', 'sum(x')), family('y', plainRow('y', 'y'))] },
          {
            file: 'b.ts',
            families: [family('y', plainRow('z', 'z'))],
            rows: [
              plainRow('y', 'y'),
              {
                id: 'w',
                promql: { value: 'w' },
                blocks: { first: 'w', second: 'w\n + + by w' },
                derivation: 'firstNonEmpty',
              },
              { id: 'v', promql: { '0.5': 'v[', sum: 'rat(v)' }, blocks: { value: 'v' } },
            ],
          },
        ],
        [field('known', 'y'), field('unknown', 'nothing')],
      ),
    );
    expect(message.split('\n')).toEqual([
      'Invalid catalogue:',
      '  - a.ts: row x, value: unexpected end of the text (line 1, column 6)',
      '    sum(x',
      '         ^',
      '  - b.ts: row y is already defined in a.ts',
      '  - b.ts: row w, second: unexpected "w" (line 2, column 9)',
      '     + + by w',
      '            ^',
      '  - b.ts: row v, 0.5: unexpected end of the text (line 1, column 3)',
      '    v[',
      '      ^',
      '  - b.ts: row v, sum: there is no function named "rat" (line 1, column 1)',
      '    rat(v)',
      '    ^',
      '  - b.ts: family y is duplicated in /system, first defined in a.ts',
      '  - b.ts: family y is duplicated in /all, first defined in a.ts',
      '  - summary field http.unknown: expected the id of a row, got "nothing"',
    ]);
  });

  test('reports a syntax error of a plain row once, although the text is also its block', () => {
    expect(problemsOf(definitionOf([{ file: 'a.ts', rows: [plainRow('x', ')')] }]))).toBe(
      'Invalid catalogue:\n  - a.ts: row x, value: unexpected ")" (line 1, column 1)\n    )\n    ^',
    );
  });

  test('takes a family a second time only as a total of the first, which /all leaves out', () => {
    const detailed = family('x_total', plainRow('x_total', 'sum by (a) (x)'), { labels: ['a'] });
    const total = family('x_total', plainRow('total_x', 'sum(x)'), { endpoint: 'business', totalOf: 'x_total' });
    const { families } = compileCatalogue(definitionOf([{ file: 'a.ts', families: [detailed, total] }]), nowhere, asIs);
    const rowsOf = (endpoint: string): string[] => families[endpoint]!.map((one) => one.row);
    expect([rowsOf('system'), rowsOf('business'), rowsOf('all')]).toEqual([['x_total'], ['total_x'], ['x_total']]);
  });

  test('puts families from elsewhere last in /all, and refuses names that are taken', () => {
    const table = { file: 'a.ts', families: [family('x', plainRow('x', 'x'))] };
    const outside = (name: string): OutputFamily => ({
      name,
      type: 'gauge',
      help: '',
      unit: '',
      labels: [],
      row: name,
    });
    const { families } = compileCatalogue(definitionOf([table], [field('up', 'up')], [outside('up')]), nowhere, asIs);
    expect(families['all']?.map(({ name }) => name)).toEqual(['x', 'up']);
    expect(problemsOf(definitionOf([table], [], [outside('x')]))).toContain(
      'the Health Service: family x is duplicated in /all',
    );
  });
});

describe('a row', () => {
  const problemOf = (row: RowDefinition): string => problemsOf(definitionOf([{ file: 'a.ts', rows: [row] }]));

  test('needs the blocks and arguments that its derivation reads, and no others', () => {
    const row: RowDefinition = {
      id: 'x',
      promql: { value: 'x' },
      blocks: { dividend: 'x', other: 'y' },
      derivation: 'ratio',
      arguments: { factor: 'many', extra: 1 },
    };
    expect(problemOf(row).split('\n').slice(1)).toEqual([
      '  - a.ts: row x, blocks: ratio needs the block divisor',
      '  - a.ts: row x, blocks: ratio does not use the block other',
      '  - a.ts: row x, arguments: ratio has no argument extra',
      '  - a.ts: row x, arguments: ratio: expected a number for factor, got "many"',
    ]);
    expect(problemOf({ ...row, blocks: { value: 'x' }, derivation: 'scaled', arguments: {} })).toContain(
      'arguments: scaled needs the argument factor',
    );
  });

  test('cannot name a derivation that does not exist', () => {
    const row = { id: 'x', promql: { value: 'x' }, derivation: 'toString' } as unknown as RowDefinition;
    expect(problemOf(row)).toMatch(/derivation: expected one of value, .*, got "toString"/);
  });

  test('has conditions on blocks that it has, which have no condition themselves', () => {
    const blocks = { first: 'x', second: 'y' };
    const row: RowDefinition = { id: 'x', promql: { value: 'x' }, blocks, derivation: 'firstNonEmpty' };
    for (const when of [{ third: 'first' }, { first: 'third' }, { first: 'second', second: 'first' }]) {
      expect(problemOf({ ...row, when })).toContain('when: expected two blocks');
    }
  });

  test('of a family belongs to an endpoint that exists, and has no label that is the marker', () => {
    const lost = family('x', plainRow('x', 'x'), { endpoint: 'nowhere' });
    expect(problemsOf(definitionOf([{ file: 'a.ts', families: [lost] }]))).toContain(
      'family x: expected one of the endpoints system, business, got "nowhere"',
    );
    const labelled = family('x', plainRow('x', 'x'), { labels: ['reexported_by'] });
    expect(problemsOf(definitionOf([{ file: 'a.ts', families: [labelled] }]), scope)).toContain(
      'METRICS_MARKER: expected a label that no family has, got reexported_by, a label of x',
    );
  });
});

describe('the catalogue', () => {
  test('has base selector and marker exclusion on every selector that is asked', () => {
    const catalogue = createCatalogue(gatewayzCatalogue, scope);
    const { counts, perSelection, ranking } = pairLimit;
    const cap = [...Object.values(counts), ...Object.values(gatewayzCatalogue.rankings), perSelection, ranking];
    const texts = [
      ...[...catalogue.rows.values()].flatMap(({ promql, blocks: asked }) => [
        ...Object.values(promql),
        ...Object.values(asked),
      ]),
      ...cap.map(catalogue.scoped),
      catalogue.selector!,
    ];
    const added = [
      { label: 'env', op: '=', value: 'production' },
      { label: 'reexported_by', op: '!=', value: 'gatewayz-metrics' },
    ];
    for (const text of texts) {
      for (const { matchers } of listSelectors(text)) expect(matchers.slice(-2), text).toEqual(added);
    }
    expect(catalogue.baseSelector).toBe('{env="production"}');
  });

  test('is the same again from a copy of its definition and queries, without the parser', () => {
    const catalogue = createCatalogue(gatewayzCatalogue, scope);
    const known = precompiledCatalogue(structuredClone(gatewayzCatalogue), scope, structuredClone(catalogue.queries));
    const plain = ({ rows, recorded, families, blockMetrics, selector, queries }: Catalogue) => ({
      rows: [...rows].map(([id, { promql, blocks, metrics, blockMetrics: of }]) => [id, promql, blocks, metrics, of]),
      recorded,
      families,
      blockMetrics,
      selector,
      queries,
    });
    expect(plain(known)).toEqual(plain(catalogue));
    expect(() => known.scoped('up')).toThrow('the catalogue has no query "up"');
  });

  test('asks the names of all series where there is no base selector: Prometheus wants one matcher that is not empty', () => {
    expect(createCatalogue(presetCatalogue([gatewayz], false), { ...scope, selector: [] }).selector).toBeUndefined();
  });

  test('has the rows and fields of the Health Service only where there is one', () => {
    const [without, with_] = [
      createCatalogue(presetCatalogue([gatewayz], false), nowhere),
      createCatalogue(gatewayzCatalogue, nowhere),
    ];
    const sections = (fields: readonly SummaryField[]): string[] => [...new Set(fields.map(({ section }) => section))];
    expect(sections(with_.fields)).toEqual(['http', 'models', 'providers', 'database', 'business', 'health']);
    expect(sections(without.fields)).toEqual(['http', 'models', 'providers', 'database', 'business']);
    expect(with_.families['all']!.length - without.families['all']!.length).toBe(17);
  });

  test('uses every block that it declares, and queries pairs only in blocks under the series limit', () => {
    const used = gatewayzCatalogue.tables.flatMap(({ families = [], rows = [] }) =>
      [...families.map((one) => one.row), ...rows].flatMap((one) => Object.values(one.blocks ?? one.promql)),
    );
    expect(Object.values(blocks).filter((block) => !used.includes(block))).toEqual([]);
    const ofPairs = used.filter((block) => block.startsWith('sum by (model, provider'));
    expect([...new Set(ofPairs)].sort()).toEqual([...pairLimit.blocks].sort());
    const { families } = createCatalogue(presetCatalogue([gatewayz], false), nowhere);
    expect(Object.keys(pairLimit.counts)).toEqual(families['models']!.map(({ row }) => row));
  });

  test('has the same row, and so the same number, for tokens and credits of two sections', () => {
    const rowOf = (name: string): string | undefined =>
      gatewayzCatalogue.fields.find(({ section, field: own }) => `${section}.${own}` === name)?.row;
    expect(rowOf('models.tokens_used_total')).toBe(rowOf('business.total_tokens_used'));
    expect(rowOf('models.credits_used_total')).toBe(rowOf('business.total_credits_used'));
  });

  test('has summary fields only of rows without labels', () => {
    const { families } = createCatalogue(gatewayzCatalogue, nowhere);
    const labelled = families['all']!.filter(({ labels }) => labels.length > 0).map((one) => one.row);
    expect(gatewayzCatalogue.fields.filter((one) => labelled.includes(one.row))).toEqual([]);
  });
});
