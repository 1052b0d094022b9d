import type { FamilyHeader } from '../model.js';
import type { ConsoleDefinition } from './console-definition.js';
import type { DerivationArguments, DerivationName } from './derivations/registry.js';

/**
 * A catalogue as plain data. Endpoints, summary, docs, dashboards, rules and checks all derive from it; it can be posted to a
 * worker thread. PromQL is bare: base selector and marker exclusion are added when it is compiled.
 */
export interface CatalogueDefinition {
  /** Names of the presets that it combines, by precedence. */
  readonly presets: readonly string[];
  /** Endpoints with families of their own; `/all` combines them and adds the external families. */
  readonly endpoints: readonly EndpointDefinition[];
  readonly tables: readonly CatalogueTable[];
  readonly fields: readonly SummaryField[];
  /** Fields of the summary that none of the presets can fill. */
  readonly notExported: readonly NotExportedField[];
  /** Families that another collector fills: those of the Health Service. */
  readonly externalFamilies: readonly OutputFamily[];
  readonly seriesLimits: readonly SeriesLimitDefinition[];
  /** By label: ranks its values, for families with this label only that exceed the series limit. */
  readonly rankings: Readonly<Record<string, string>>;
  /** Blocks worth a recording rule: `sum [by (…)] (rate(…))`. */
  readonly recordedBlocks: readonly string[];
  /** Providers and models of the console; undefined where a gateway does not export them. */
  readonly console?: ConsoleDefinition | undefined;
}

export interface EndpointDefinition {
  /** Path segment below `<prefix>/metrics`. */
  readonly name: string;
  /** One line for the documentation. */
  readonly help: string;
}

/** The part of a catalogue that one file defines. */
export interface CatalogueTable {
  /** Source file, for error messages. */
  readonly file: string;
  readonly families?: readonly FamilyDefinition[];
  /** Rows without a family: only the summary shows them. */
  readonly rows?: readonly RowDefinition[];
  /** Other spellings of a prefix of metric names; the spelling that exists is found at run time. */
  readonly spellings?: PrefixSpellings;
}

/**
 * One measured value.
 *
 * `promql` is the canonical PromQL, by part. `blocks` are the queries sent to Prometheus, by local name; the derivation
 * combines their results into what the canonical text would return. Without blocks, the canonical text is the only block.
 */
export interface RowDefinition {
  /** Unique; the `row` label of our own metrics. Family name, or `section.field` for a summary field without a family. */
  readonly id: string;
  readonly promql: Readonly<Record<string, string>>;
  readonly blocks?: Readonly<Record<string, string>>;
  /** Conditional blocks, by local name: queried only if the named other block is not empty. */
  readonly when?: Readonly<Record<string, string>>;
  /** Default: `value`. */
  readonly derivation?: DerivationName;
  readonly arguments?: DerivationArguments;
  /** Why the value is missing although its series exist: `no requests`. Completed by "in the last 5 minutes". */
  readonly idle?: string;
  /** Whether other programs use these metric names too: without a base selector on `job`, the row is missing. */
  readonly needsJob?: boolean;
}

export interface PrefixSpellings {
  /** As in the texts. */
  readonly prefix: string;
  readonly others: readonly string[];
}

/** An exported family, and the row that fills it. */
export interface FamilyDefinition extends FamilyHeader {
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** Label names in output order, without `le` and `quantile`. */
  readonly labels: readonly string[];
  readonly row: RowDefinition;
  /** Set on a less detailed variant of another family of the same name; excluded from `/all`. */
  readonly totalOf?: string;
}

/** A family of an endpoint; `row` is the id of the row that fills it. */
export interface OutputFamily extends FamilyHeader {
  readonly labels: readonly string[];
  readonly row: string;
}

/** One field of `/summary`. */
export interface SummaryField {
  readonly section: string;
  readonly field: string;
  readonly unit: string;
  readonly help: string;
  /** Id of the row whose only sample is the value, or of an external family. */
  readonly row: string;
  /** Whether it is beyond the 23 fields of the contract. */
  readonly extra?: boolean;
}

/** A field of `/summary` without a row. */
export interface NotExportedField {
  readonly section: string;
  readonly field: string;
  /** Names of the gateways, for people. */
  readonly gateway: string;
}

/**
 * Limits families that share a set of labels to the busiest label sets. Prometheus selects them, so the series over the limit
 * are never transferred.
 */
export interface SeriesLimitDefinition {
  /** Labels that identify what is selected; one selector per combination of all but the last. */
  readonly labels: readonly string[];
  /** Blocks that are restricted to the selected label sets. */
  readonly blocks: readonly string[];
  /** By row id: counts the label sets of its family; a histogram counts as one. */
  readonly counts: Readonly<Record<string, string>>;
  /** Largest number of label sets that one selected combination can have in a family. */
  readonly perSelection: string;
  /** Ranks the combinations; those without traffic come last. */
  readonly ranking: string;
}

/** Defines a row whose canonical text is its only block. */
export function plainRow(id: string, promql: string, idle?: string): RowDefinition {
  return { id, promql: { value: promql }, ...(idle !== undefined && { idle }) };
}
