import { faultsError, GatewayzMetricsError } from '../errors.js';
import type { FamilyHeader } from '../model.js';
import { formatMatchers } from '../promql/format-matchers.js';
import type { Matcher } from '../promql/matcher.js';
import { formatFault, PromqlFault } from '../promql/promql-fault.js';
import type { Query } from '../promql/query.js';
import { capQueries } from './cap.js';
import { withLabels } from './derive/labels.js';
import { recordedBlocks } from './recorded.js';
import type { FamilyRow, Row, SummaryField } from './row.js';

/** One file's part of the catalogue. */
export interface CatalogueTable {
  /** Where the rows stand, for messages. */
  readonly file: string;
  readonly families?: readonly FamilyRow[];
  readonly rows?: readonly Row[];
}

/** What narrows every selector: the base selector, and the marker whose series are our own output read back. */
export interface Scope {
  readonly selector: readonly Matcher[];
  readonly marker: { readonly label: string; readonly value: string } | undefined;
}

export interface CompiledRow {
  readonly id: string;
  /** Canonical texts with the scope's matchers: what can be pasted into Prometheus. */
  readonly promql: Readonly<Record<string, string>>;
  /** By the local names of the row: the text that Prometheus is asked, which is also the block's identity. */
  readonly blocks: Readonly<Record<string, string>>;
  /** Names of the metrics it reads, in all and by block. */
  readonly metrics: readonly string[];
  readonly blockMetrics: Readonly<Record<string, readonly string[]>>;
  readonly onlyIf: NonNullable<Row['onlyIf']>;
  readonly derive: Row['derive'];
  readonly idle: string | undefined;
}

/** A family as an endpoint hands it out; `row` is the id of the row that fills it. */
export interface OutputFamily extends FamilyHeader {
  readonly labels: readonly string[];
  readonly row: string;
}

export interface Catalogue {
  readonly rows: ReadonlyMap<string, CompiledRow>;
  /** Names of the metrics that a block reads, by its text; a block none of whose metrics exist need not be asked. */
  readonly blockMetrics: ReadonlyMap<string, readonly string[]>;
  /** By the text of a block: what is asked in its place where a recording rule has this name. */
  readonly recorded: ReadonlyMap<string, { readonly record: string; readonly promql: string }>;
  readonly families: Readonly<Record<string, readonly OutputFamily[]>>;
  readonly fields: readonly SummaryField[];
  /** Base selector and marker exclusion as a series selector, for calls that take one; undefined without a base selector. */
  readonly selector: string | undefined;
  /** The base selector alone, for messages. */
  readonly baseSelector: string | undefined;
  /** The scope's matchers. */
  readonly matchers: readonly Matcher[];
  /** Adds them to a text of the catalogue; any other is a defect, as it would have to be parsed. */
  readonly scoped: (promql: string) => string;
  /** The same, with what is known of the result. */
  readonly query: Narrow;
  /** Every query that the catalogue needs, by its text before the scope's matchers were added: plain data. */
  readonly queries: ReadonlyMap<string, Query>;
}

/** Adds the scope's matchers to a text. @throws {PromqlFault} where it does not parse. */
export type Narrow = (text: string) => Query;

/**
 * Checks all rows and adds the scope's matchers to every selector.
 *
 * @param narrow adds exactly the matchers of `scopeMatchers`
 * @throws GatewayzMetricsError `catalogue_invalid`, naming every fault at once: text that does not parse (file, row, line,
 * column, caret), a family twice in one endpoint, two rows with one id, a summary field whose row does not exist.
 */
export function compileCatalogue(
  tables: readonly CatalogueTable[],
  fields: readonly SummaryField[],
  externalFamilies: readonly OutputFamily[],
  scope: Scope,
  narrow: Narrow,
): Catalogue {
  const faults: string[] = [];
  const matchers = scopeMatchers(scope);
  const queries = new Map<string, Query>();
  // Rows share most of their blocks, and parsing is what takes time.
  const query: Narrow = (text) => {
    const known = queries.get(text) ?? narrow(text);
    queries.set(text, known);
    return known;
  };
  const scoped = (text: string): string => query(text).text;
  const rows = new Map<string, CompiledRow>();
  const defined = new Map<string, string>();
  for (const { file, families = [], rows: own = [] } of tables) {
    const labelled = [...families, ...own.map((row) => ({ row, labels: [] }))];
    for (const { row, labels } of labelled) {
      const earlier = defined.get(row.id);
      if (earlier) faults.push(`${file}: row ${row.id} is defined already in ${earlier}`);
      defined.set(row.id, file);
      const compiled = compileRow(row, labels, file, query, faults);
      if (compiled) rows.set(row.id, compiled);
    }
  }
  const families = endpointFamilies(tables, externalFamilies, faults);
  const external = new Set(externalFamilies.map((family) => family.row));
  for (const field of fields) {
    if (!defined.has(field.row) && !external.has(field.row)) {
      faults.push(
        `summary field ${field.section}.${field.field}: expected the id of a row, got ${JSON.stringify(field.row)}`,
      );
    }
  }
  if (faults.length > 0) throw faultsError('catalogue_invalid', 'The catalogue cannot be used:', faults);
  const blockMetrics = new Map(
    [...rows.values()].flatMap((row) =>
      Object.entries(row.blocks).map(([name, text]) => [text, row.blockMetrics[name]!] as const),
    ),
  );
  for (const text of capQueries) query(text);
  const known = lookUp(queries);
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
    scoped: (text) => known(text).text,
    query: known,
    queries,
  };
}

/** Finds a text among those that are known. @throws GatewayzMetricsError `internal` */
export function lookUp(queries: Catalogue['queries']): Narrow {
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
  query: Narrow,
  faults: string[],
): CompiledRow | undefined {
  const before = faults.length;
  const compileTexts = (texts: Readonly<Record<string, string>>): [string, Query][] =>
    Object.entries(texts).flatMap(([name, text]): [string, Query][] => {
      try {
        return [[name, query(text)]];
      } catch (error) {
        if (!(error instanceof PromqlFault)) throw error;
        faults.push(`${file}: row ${row.id}, ${name}: ${formatFault(error)}`);
        return [];
      }
    });
  const canonical = compileTexts(row.promql);
  // A plain row's block is its canonical text: one fault is enough.
  const asked = faults.length === before ? compileTexts(row.blocks) : [];
  if (faults.length > before) return undefined;
  const promql = Object.fromEntries(canonical.map(([name, { text }]) => [name, text]));
  const blocks = Object.fromEntries(asked.map(([name, { text }]) => [name, text]));
  const blockMetrics = Object.fromEntries(asked.map(([name, query]) => [name, query.metrics]));
  const metrics = [...new Set(canonical.flatMap(([, query]) => query.metrics))];
  const derive: Row['derive'] = (answers) => withLabels(row.derive(answers), labels, row.id);
  const { id, onlyIf = {}, idle } = row;
  return { id, promql, blocks, metrics, blockMetrics, onlyIf, derive, idle };
}

/** What everybody who reads such a family must know. */
const cumulativeNote = 'A sum over instances at one instant: it falls when one goes; take rates from the source.';

function endpointFamilies(
  tables: readonly CatalogueTable[],
  external: readonly OutputFamily[],
  faults: string[],
): Record<string, readonly OutputFamily[]> {
  const endpoints: Record<string, OutputFamily[]> = {};
  const all: OutputFamily[] = [];
  const seen = new Map<string, string>();
  const add = (endpoint: string, list: OutputFamily[], family: OutputFamily, file: string): void => {
    const key = `${endpoint} ${family.name}`;
    const earlier = seen.get(key);
    if (earlier) faults.push(`${file}: family ${family.name} is twice in /${endpoint}, first in ${earlier}`);
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
