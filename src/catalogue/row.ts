import type { FamilyHeader, Metric, Vector } from '../model.js';

/** Endpoints with families of their own; `/all` combines them and adds the Health Service's. */
export const familyEndpoints = ['system', 'providers', 'models', 'business', 'performance'] as const;
export type FamilyEndpoint = (typeof familyEndpoints)[number];

/** Result vectors of a row's blocks, by local name; empty for a block whose metrics do not exist. */
export type BlockVectors<Name extends string = string> = { readonly [N in Name]: Vector };

/**
 * One measured value.
 *
 * `promql` is the canonical PromQL, by part. Selectors are bare; base selector and marker exclusion are added at compile time.
 * `blocks` are the queries sent to Prometheus, by local name; `derive` combines their results into what the canonical text
 * would return.
 */
export interface Row {
  /** Unique; the `row` label of our own metrics. Family name, or `section.field` for a summary field without a family. */
  readonly id: string;
  readonly promql: Readonly<Record<string, string>>;
  readonly blocks: Readonly<Record<string, string>>;
  /** Conditional blocks: queried after the others, if the function returns true for their results; otherwise empty. */
  readonly onlyIf?: Readonly<Record<string, (answers: BlockVectors) => boolean>>;
  readonly derive: (answers: BlockVectors) => readonly Metric[];
  /** Why the value is missing although its series exist: `no requests`. Completed by "in the last 5 minutes". */
  readonly idle?: string;
}

/** An exported family, and the row that fills it. */
export interface FamilyRow extends FamilyHeader {
  readonly endpoint: FamilyEndpoint;
  /** Label names in output order, without `le` and `quantile`. */
  readonly labels: readonly string[];
  readonly row: Row;
  /** Set on a less detailed variant of another family of the same name; excluded from `/all`. */
  readonly totalOf?: string;
}

/** One field of `/summary`. */
export interface SummaryField {
  readonly section: 'http' | 'models' | 'providers' | 'database' | 'business' | 'health';
  readonly field: string;
  readonly unit: string;
  readonly help: string;
  /** Id of the row whose only sample is the value; a Health Service field names the family. */
  readonly row: string;
}

/** Defines a row; block names are typed, so `derive` can only read blocks of this row. */
export function row<Name extends string>(definition: {
  id: string;
  promql: Row['promql'];
  blocks: Readonly<Record<Name, string>>;
  onlyIf?: Readonly<Partial<Record<Name, (answers: BlockVectors<Name>) => boolean>>>;
  derive: (answers: BlockVectors<Name>) => readonly Metric[];
  idle?: string;
}): Row {
  // Vectors are keyed by `blocks`, so every name that `derive` reads exists.
  return definition as unknown as Row;
}

/** Defines a row whose canonical text is its only block. */
export function plainRow(id: string, promql: string, idle?: string): Row {
  const definition = {
    id,
    promql: { value: promql },
    blocks: { value: promql },
    derive: ({ value }: BlockVectors<'value'>) => value,
  };
  return row(idle === undefined ? definition : { ...definition, idle });
}
