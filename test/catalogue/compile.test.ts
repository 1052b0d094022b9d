import { describe, expect, test } from 'vitest';
import { blocks } from '../../src/catalogue/blocks.js';
import { cappedBlocks, labelSetCounts, pairRanking, rankings, statusCount } from '../../src/catalogue/cap.js';
import {
  type Catalogue,
  type CatalogueTable,
  compileCatalogue,
  type OutputFamily,
  type QueryScoper,
  type Scope,
} from '../../src/catalogue/compile.js';
import { catalogueTables, createCatalogue } from '../../src/catalogue/index.js';
import { precompiledCatalogue } from '../../src/catalogue/precompiled-catalogue.js';
import { type FamilyRow, plainRow, type Row, row, type SummaryField } from '../../src/catalogue/row.js';
import { summaryFields } from '../../src/catalogue/summary.js';
import { GatewayzMetricsError } from '../../src/errors.js';
import { scopeQuery } from '../../src/promql/add-matchers.js';
import { listSelectors } from '../../src/promql/selectors.js';

const nowhere: Scope = { selector: [], marker: undefined };
const asIs: QueryScoper = (text) => scopeQuery(text, []);
const scope: Scope = {
  selector: [{ label: 'env', op: '=', value: 'production' }],
  marker: { label: 'reexported_by', value: 'gatewayz-metrics' },
};

function family(name: string, filledBy: Row, more: Partial<FamilyRow> = {}): FamilyRow {
  const header = { type: 'gauge', help: 'Help.', unit: '', labels: [] } as const;
  return { endpoint: 'system', name, ...header, row: filledBy, ...more };
}

function field(name: string, rowId: string): SummaryField {
  return { section: 'http', field: name, unit: '', help: '', row: rowId };
}

function faultOf(
  tables: readonly CatalogueTable[],
  fields: readonly SummaryField[] = [],
  external: readonly OutputFamily[] = [],
): string {
  try {
    compileCatalogue(tables, fields, external, nowhere, asIs);
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayzMetricsError);
    expect((error as GatewayzMetricsError).code).toBe('catalogue_invalid');
    return (error as Error).message;
  }
  throw new Error('the catalogue was accepted');
}

describe('compileCatalogue', () => {
  test('tells every fault at once, each with its file and row, what does not parse with a caret', () => {
    const message = faultOf(
      [
        { file: 'a.ts', families: [family('x', plainRow('x', 'sum(x')), family('y', plainRow('y', 'y'))] },
        {
          file: 'b.ts',
          families: [family('y', plainRow('z', 'z'))],
          rows: [
            plainRow('y', 'y'),
            row({ id: 'w', promql: { value: 'w' }, blocks: { left: 'w', right: 'w\n + + by w' }, derive: () => [] }),
            row({ id: 'v', promql: { '0.5': 'v[', sum: 'rat(v)' }, blocks: { v: 'v' }, derive: () => [] }),
          ],
        },
      ],
      [field('known', 'y'), field('unknown', 'nothing')],
    );
    expect(message.split('\n')).toEqual([
      'Invalid catalogue:',
      '  - a.ts: row x, value: unexpected end of the text (line 1, column 6)',
      '    sum(x',
      '         ^',
      '  - b.ts: row y is already defined in a.ts',
      '  - b.ts: row w, right: unexpected "w" (line 2, column 9)',
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

  test('tells of a fault in a plain row once, though it is text and block', () => {
    expect(faultOf([{ file: 'a.ts', rows: [plainRow('x', ')')] }])).toBe(
      'Invalid catalogue:\n  - a.ts: row x, value: unexpected ")" (line 1, column 1)\n    )\n    ^',
    );
  });

  test('takes a family a second time only as a total of the first, which /all leaves out', () => {
    const detailed = family('x_total', plainRow('x_total', 'sum by (a) (x)'), { labels: ['a'] });
    const total = family('x_total', plainRow('total_x', 'sum(x)'), { endpoint: 'business', totalOf: 'x_total' });
    const { families } = compileCatalogue([{ file: 'a.ts', families: [detailed, total] }], [], [], nowhere, asIs);
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
    const { families } = compileCatalogue([table], [field('up', 'up')], [outside('up')], nowhere, asIs);
    expect(families['all']?.map(({ name }) => name)).toEqual(['x', 'up']);
    expect(faultOf([table], [], [outside('x')])).toContain('the Health Service: family x is duplicated in /all');
  });
});

describe('the catalogue', () => {
  test('has base selector and marker exclusion on every selector that is asked', () => {
    const catalogue = createCatalogue(scope, true);
    const cap = [...Object.values(labelSetCounts), ...Object.values(rankings), pairRanking, statusCount];
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

  test('is the same again from its queries, without the parser', () => {
    const catalogue = createCatalogue(scope, true);
    const known = precompiledCatalogue(scope, true, structuredClone(catalogue.queries));
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
    expect(createCatalogue({ ...scope, selector: [] }, false).selector).toBeUndefined();
  });

  test('has the rows and fields of the Health Service only where there is one', () => {
    const [without, with_] = [createCatalogue(nowhere, false), createCatalogue(nowhere, true)];
    const sections = (fields: readonly SummaryField[]): string[] => [...new Set(fields.map(({ section }) => section))];
    expect(sections(with_.fields)).toEqual(['http', 'models', 'providers', 'database', 'business', 'health']);
    expect(sections(without.fields)).toEqual(['http', 'models', 'providers', 'database', 'business']);
    expect(with_.families['all']!.length - without.families['all']!.length).toBe(17);
  });

  test('uses every block that it declares, and asks pairs only in blocks that can be capped', () => {
    const used = catalogueTables.flatMap(({ families = [], rows = [] }) =>
      [...families.map((one) => one.row), ...rows].flatMap((one) => Object.values(one.blocks)),
    );
    expect(Object.values(blocks).filter((block) => !used.includes(block))).toEqual([]);
    const ofPairs = used.filter((block) => block.startsWith('sum by (model, provider'));
    expect([...new Set(ofPairs)].sort()).toEqual([...cappedBlocks].sort());
    const { families } = createCatalogue(nowhere, false);
    expect(Object.keys(labelSetCounts)).toEqual(families['models']!.map(({ name }) => name));
  });

  test('has the same row, and so the same number, for tokens and credits of two sections', () => {
    const rowOf = (name: string): string | undefined =>
      summaryFields.find(({ section, field: own }) => `${section}.${own}` === name)?.row;
    expect(rowOf('models.tokens_used_total')).toBe(rowOf('business.total_tokens_used'));
    expect(rowOf('models.credits_used_total')).toBe(rowOf('business.total_credits_used'));
  });

  test('has summary fields only of rows without labels', () => {
    const { families } = createCatalogue(nowhere, true);
    const labelled = families['all']!.filter(({ labels }) => labels.length > 0).map((one) => one.row);
    expect(summaryFields.filter((one) => labelled.includes(one.row))).toEqual([]);
  });
});
