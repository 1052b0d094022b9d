import { GatewayzMetricsError, problemsError } from '../errors.js';
import type { FamilyHeader } from '../model.js';
import { formatMatchers } from '../promql/format-matchers.js';
import type { Matcher } from '../promql/matcher.js';
import { formatPromqlError, PromqlError } from '../promql/promql-error.js';
import type { ScopedQuery } from '../promql/query.js';
import { capQueries } from './cap.js';
import { consoleTexts } from './console.js';
import { withLabels } from './derive/labels.js';
import { recordedBlocks } from './recorded.js';
import type { FamilyRow, Row, SummaryField } from './row.js';

/** One file's part of the catalogue. */
export interface CatalogueTable {
  /** Source file of the rows, for error messages. */
  readonly file: string;
  readonly families?: readonly FamilyRow[];
  readonly rows?: readonly Row[];
}

/** Matchers added to every selector: the base selector, and the exclusion of series with the marker label. */
export interface Scope {
  readonly selector: readonly Matcher[];
  readonly marker: { readonly label: string; readonly value: string } | undefined;
}

export interface CompiledRow {
  readonly id: string;
  /** Canonical texts with the scope's matchers: what can be pasted into Prometheus. */
  readonly promql: Readonly<Record<string, string>>;
  /** Query text by local block name; the text is also the block's identity. */
  readonly blocks: Readonly<Record<string, string>>;
  /** Names of the metrics it reads, in all and by block. */
  readonly metrics: readonly string[];
  readonly blockMetrics: Readonly<Record<string, readonly string[]>>;
  readonly onlyIf: NonNullable<Row['onlyIf']>;
  readonly derive: Row['derive'];
  readonly idle: string | undefined;
}

/** A family of an endpoint; `row` is the id of the row that fills it. */
export interface OutputFamily extends FamilyHeader {
  readonly labels: readonly string[];
  readonly row: string;
}

export interface Catalogue {
  readonly rows: ReadonlyMap<string, CompiledRow>;
  /** Metric names by block text; a block is skipped when none of its metrics exists. */
  readonly blockMetrics: ReadonlyMap<string, readonly string[]>;
  /** By block text: the query that replaces the block when the recording rule's series exist. */
  readonly recorded: ReadonlyMap<string, { readonly record: string; readonly promql: string }>;
  readonly families: Readonly<Record<string, readonly OutputFamily[]>>;
  readonly fields: readonly SummaryField[];
  /** Base selector and marker exclusion as a series selector, for calls that take one; undefined without a base selector. */
  readonly selector: string | undefined;
  /** The base selector alone, for messages. */
  readonly baseSelector: string | undefined;
  /** The scope's matchers. */
  readonly matchers: readonly Matcher[];
  /** Adds the scope's matchers to a text of the catalogue; throws for any other text. */
  readonly scoped: (promql: string) => string;
  /** As `scoped`, with metric names and insertion points. */
  readonly query: QueryScoper;
  /** Every query of the catalogue, by its text before scoping: plain data. */
  readonly queries: ReadonlyMap<string, ScopedQuery>;
}

/** Adds the scope's matchers to a text. @throws {PromqlError} if it does not parse. */
export type QueryScoper = (text: string) => ScopedQuery;

/**
 * Checks all rows and adds the scope's matchers to every selector.
 *
 * @param scopeQuery adds exactly the matchers of `scopeMatchers`
 * @throws {GatewayzMetricsError} catalogue_invalid, listing every problem: text that does not parse (file, row, line,
 * column, caret), a duplicate family in one endpoint, two rows with one id, a summary field whose row does not exist.
 */
export function compileCatalogue(
  tables: readonly CatalogueTable[],
  fields: readonly SummaryField[],
  externalFamilies: readonly OutputFamily[],
  scope: Scope,
  scopeQuery: QueryScoper,
): Catalogue {
  const problems: string[] = [];
  const matchers = scopeMatchers(scope);
  const queries = new Map<string, ScopedQuery>();
  // Rows share most blocks; parse each text once.
  const query: QueryScoper = (text) => {
    const parsed = queries.get(text) ?? scopeQuery(text);
    queries.set(text, parsed);
    return parsed;
  };
  const scoped = (text: string): string => query(text).text;
  const rows = new Map<string, CompiledRow>();
  const defined = new Map<string, string>();
  for (const { file, families = [], rows: own = [] } of tables) {
    const labelled = [...families, ...own.map((row) => ({ row, labels: [] }))];
    for (const { row, labels } of labelled) {
      const earlier = defined.get(row.id);
      if (earlier) problems.push(`${file}: row ${row.id} is already defined in ${earlier}`);
      defined.set(row.id, file);
      const compiled = compileRow(row, labels, file, query, problems);
      if (compiled) rows.set(row.id, compiled);
    }
  }
  const families = endpointFamilies(tables, externalFamilies, problems);
  const external = new Set(externalFamilies.map((family) => family.row));
  for (const field of fields) {
    if (!defined.has(field.row) && !external.has(field.row)) {
      problems.push(
        `summary field ${field.section}.${field.field}: expected the id of a row, got ${JSON.stringify(field.row)}`,
      );
    }
  }
  if (problems.length > 0) throw problemsError('catalogue_invalid', 'Invalid catalogue:', problems);
  const blockMetrics = new Map(
    [...rows.values()].flatMap((row) =>
      Object.entries(row.blocks).map(([name, text]) => [text, row.blockMetrics[name]!] as const),
    ),
  );
  for (const text of [...capQueries, ...consoleTexts]) query(text);
  const find = findQuery(queries);
  return {
    rows,
    blockMetrics,
    recorded: new Map(
      recordedBlocks(scope.selector).map(({ block, record, replacement }) => [
        scoped(block),
        { record, promql: scoped(replacement) },
      ]),
    ),
    families,
    fields,
    selector: scope.selector.length > 0 ? `{${formatMatchers(matchers)}}` : undefined,
    baseSelector: scope.selector.length > 0 ? `{${formatMatchers(scope.selector)}}` : undefined,
    matchers,
    scoped: (text) => find(text).text,
    query: find,
    queries,
  };
}

/** Returns a lookup among precompiled queries. @throws {GatewayzMetricsError} internal, for an unknown text */
export function findQuery(queries: Catalogue['queries']): QueryScoper {
  return (text) => {
    const query = queries.get(text);
    if (!query) throw new GatewayzMetricsError('internal', `the catalogue has no query ${JSON.stringify(text)}`);
    return query;
  };
}

/** The matchers that a scope adds to every selector. */
export function scopeMatchers({ selector, marker }: Scope): readonly Matcher[] {
  return marker ? [...selector, { label: marker.label, op: '!=', value: marker.value }] : selector;
}

function compileRow(
  row: Row,
  labels: readonly string[],
  file: string,
  query: QueryScoper,
  problems: string[],
): CompiledRow | undefined {
  const before = problems.length;
  const compileTexts = (texts: Readonly<Record<string, string>>): [string, ScopedQuery][] =>
    Object.entries(texts).flatMap(([name, text]): [string, ScopedQuery][] => {
      try {
        return [[name, query(text)]];
      } catch (error) {
        if (!(error instanceof PromqlError)) throw error;
        problems.push(`${file}: row ${row.id}, ${name}: ${formatPromqlError(error)}`);
        return [];
      }
    });
  const canonical = compileTexts(row.promql);
  // A plain row's block equals its canonical text: report an error once.
  const asked = problems.length === before ? compileTexts(row.blocks) : [];
  if (problems.length > before) return undefined;
  const promql = Object.fromEntries(canonical.map(([name, { text }]) => [name, text]));
  const blocks = Object.fromEntries(asked.map(([name, { text }]) => [name, text]));
  const blockMetrics = Object.fromEntries(asked.map(([name, query]) => [name, query.metrics]));
  const metrics = [...new Set(canonical.flatMap(([, query]) => query.metrics))];
  const derive: Row['derive'] = (answers) => withLabels(row.derive(answers), labels, row.id);
  const { id, onlyIf = {}, idle } = row;
  return { id, promql, blocks, metrics, blockMetrics, onlyIf, derive, idle };
}

/** Appended to the HELP text of counters and histograms. */
const cumulativeNote =
  'Summed over instances at query time, so not monotonic; apply rate() to the source series instead.';

function endpointFamilies(
  tables: readonly CatalogueTable[],
  external: readonly OutputFamily[],
  problems: string[],
): Record<string, readonly OutputFamily[]> {
  const endpoints: Record<string, OutputFamily[]> = {};
  const all: OutputFamily[] = [];
  const seen = new Map<string, string>();
  const add = (endpoint: string, list: OutputFamily[], family: OutputFamily, file: string): void => {
    const key = `${endpoint} ${family.name}`;
    const earlier = seen.get(key);
    if (earlier)
      problems.push(`${file}: family ${family.name} is duplicated in /${endpoint}, first defined in ${earlier}`);
    seen.set(key, file);
    list.push(family);
  };
  for (const { file, families = [] } of tables) {
    for (const { endpoint, row, totalOf, name, type, help, unit, labels } of families) {
      const cumulative = type === 'counter' || type === 'histogram';
      const family = { name, type, help: cumulative ? `${help} ${cumulativeNote}` : help, unit, labels, row: row.id };
      endpoints[endpoint] ??= [];
      add(endpoint, endpoints[endpoint], family, file);
      if (totalOf === undefined) add('all', all, family, file);
    }
  }
  for (const family of external) add('all', all, family, 'the Health Service');
  return { ...endpoints, all };
}
