import { GatewayzMetricsError, problemsError } from '../errors.js';
import { formatMatchers } from '../promql/format-matchers.js';
import type { Matcher } from '../promql/matcher.js';
import type { ScopedQuery } from '../promql/query.js';
import { type CompiledRow, compileRow, type QueryScoper, respell } from './compile-row.js';
import { type ConsoleDefinition, consoleTexts } from './console-definition.js';
import type {
  CatalogueDefinition,
  EndpointDefinition,
  NotExportedField,
  OutputFamily,
  SeriesLimitDefinition,
  SummaryField,
} from './definition.js';
import { recordedBlocks } from './recorded-blocks.js';

export type { CompiledRow, QueryScoper } from './compile-row.js';

/** Matchers added to every selector: the base selector, and the exclusion of series with the marker label. */
export interface Scope {
  readonly selector: readonly Matcher[];
  readonly marker: { readonly label: string; readonly value: string } | undefined;
}

export interface Catalogue {
  /** Names of the presets that it combines, by precedence. */
  readonly presets: readonly string[];
  /** Endpoints with families of their own, in order. */
  readonly endpoints: readonly EndpointDefinition[];
  readonly rows: ReadonlyMap<string, CompiledRow>;
  /** Metric names by block text; a block is skipped when none of its metrics exists. */
  readonly blockMetrics: ReadonlyMap<string, readonly string[]>;
  /** By block text: the query that replaces the block when the recording rule's series exist. */
  readonly recorded: ReadonlyMap<string, { readonly record: string; readonly promql: string }>;
  /** By endpoint, `all` included. */
  readonly families: Readonly<Record<string, readonly OutputFamily[]>>;
  readonly fields: readonly SummaryField[];
  /** Fields of the summary that none of the presets can fill. */
  readonly notExported: readonly NotExportedField[];
  /** Texts are bare; `query` and `scoped` know them. */
  readonly seriesLimits: readonly SeriesLimitDefinition[];
  readonly rankings: Readonly<Record<string, string>>;
  readonly console: ConsoleDefinition | undefined;
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

/**
 * Checks a definition and adds the scope's matchers to every selector.
 *
 * @param scopeQuery adds exactly the matchers of `scopeMatchers`
 * @throws {GatewayzMetricsError} catalogue_invalid, listing every problem: text that does not parse (file, row, line, column,
 *   caret), a derivation that does not fit, a duplicate family or row id, a summary field without a row.
 */
export function compileCatalogue(definition: CatalogueDefinition, scope: Scope, scopeQuery: QueryScoper): Catalogue {
  const problems: string[] = markerProblems(definition, scope);
  const matchers = scopeMatchers(scope);
  const queries = new Map<string, ScopedQuery>();
  // Rows share most blocks; parse each text once.
  const query: QueryScoper = (text) => {
    const parsed = queries.get(text) ?? scopeQuery(text);
    queries.set(text, parsed);
    return parsed;
  };
  const rows = new Map<string, CompiledRow>();
  const defined = new Map<string, string>();
  const hasJob = scope.selector.some(({ label }) => label === 'job');
  for (const { file, families = [], rows: own = [], spellings } of definition.tables) {
    for (const { row, labels } of [...families, ...own.map((row) => ({ row, labels: [] }))]) {
      const earlier = defined.get(row.id);
      if (earlier) problems.push(`${file}: row ${row.id} is already defined in ${earlier}`);
      defined.set(row.id, file);
      const report = (problem: string): unknown => problems.push(`${file}: row ${row.id}, ${problem}`);
      const compiled = compileRow(row, labels, query, report);
      if (!compiled) continue;
      const others = (spellings?.others ?? []).map((other) => respell(row, spellings!.prefix, other));
      const spelled = others.flatMap((other) => compileRow(other, labels, query, report) ?? []);
      rows.set(row.id, { ...compiled, needsJob: compiled.needsJob && !hasJob, spellings: spelled });
    }
  }
  const families = endpointFamilies(definition, problems);
  const external = new Set(definition.externalFamilies.map((family) => family.row));
  for (const { section, field, row } of definition.fields) {
    if (!defined.has(row) && !external.has(row)) {
      problems.push(`summary field ${section}.${field}: expected the id of a row, got ${JSON.stringify(row)}`);
    }
  }
  if (problems.length > 0) throw problemsError('catalogue_invalid', 'Invalid catalogue:', problems);
  for (const text of otherQueries(definition)) query(text);
  const rules = recordedBlocks(definition.recordedBlocks, scope.selector);
  for (const { replacement } of rules) query(replacement);
  const find = findQuery(queries);
  return {
    presets: definition.presets,
    endpoints: definition.endpoints,
    rows,
    blockMetrics: new Map(
      [...rows.values()]
        .flatMap((row) => [row, ...row.spellings])
        .flatMap((row) => Object.entries(row.blocks).map(([name, text]) => [text, row.blockMetrics[name]!] as const)),
    ),
    recorded: new Map(
      rules.map(({ block, record, replacement }) => [find(block).text, { record, promql: find(replacement).text }]),
    ),
    families,
    fields: definition.fields,
    notExported: definition.notExported,
    seriesLimits: definition.seriesLimits,
    rankings: definition.rankings,
    console: definition.console,
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

/** Queries beside those of rows: of the series limits, and of blocks that only a recording rule names. */
function otherQueries({ seriesLimits, rankings, recordedBlocks, console }: CatalogueDefinition): readonly string[] {
  return [
    ...seriesLimits.flatMap(({ blocks, counts, perSelection, ranking }) => [
      ...blocks,
      ...Object.values(counts),
      perSelection,
      ranking,
    ]),
    ...Object.values(rankings),
    ...recordedBlocks,
    ...consoleTexts(console),
  ];
}

/** A marker label that a family has would overwrite its values. */
function markerProblems({ tables }: CatalogueDefinition, { marker }: Scope): string[] {
  const used = tables
    .flatMap(({ families = [] }) => families)
    .find(({ labels }) => marker && labels.includes(marker.label));
  return used && marker
    ? [`METRICS_MARKER: expected a label that no family has, got ${marker.label}, a label of ${used.name}`]
    : [];
}

/** Appended to the HELP text of counters and histograms. */
const cumulativeNote =
  'Summed over instances at query time, so not monotonic; apply rate() to the source series instead.';

function endpointFamilies(
  { endpoints, tables, externalFamilies }: CatalogueDefinition,
  problems: string[],
): Record<string, readonly OutputFamily[]> {
  const byEndpoint = new Map<string, OutputFamily[]>(endpoints.map(({ name }) => [name, []]));
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
      const list = byEndpoint.get(endpoint);
      if (!list) {
        problems.push(
          `${file}: family ${name}: expected one of the endpoints ${[...byEndpoint.keys()].join(', ')}, got ${JSON.stringify(endpoint)}`,
        );
        continue;
      }
      const isCumulative = type === 'counter' || type === 'histogram';
      const family = { name, type, help: isCumulative ? `${help} ${cumulativeNote}` : help, unit, labels, row: row.id };
      add(endpoint, list, family, file);
      if (totalOf === undefined) add('all', all, family, file);
    }
  }
  for (const family of externalFamilies) add('all', all, family, 'the Health Service');
  return { ...Object.fromEntries(byEndpoint), all };
}
