import type { FamilyHeader, Metric, Vector } from '../model.js';

/** The endpoints that hand out families; `/all` has those of the others and the Health Service's. */
export const familyEndpoints = ['system', 'providers', 'models', 'business', 'performance'] as const;
export type FamilyEndpoint = (typeof familyEndpoints)[number];

/** Vectors by the name under which a row asked for them; a block whose metrics do not exist is empty. */
export type Answers<Name extends string = string> = { readonly [N in Name]: Vector };

/**
 * One measured thing.
 *
 * `promql` is the canonical text, part by part: what the value means. Selectors are written bare; base selector and
 * marker exclusion are added when the catalogue is compiled. `blocks` are what Prometheus is asked, by local name, and
 * `derive` makes of the answers what the canonical text would have given.
 */
export interface Row {
  /** Unique; the `row` label of our own metrics. Family name, or `section.field` for a summary field without a family. */
  readonly id: string;
  readonly promql: Readonly<Record<string, string>>;
  readonly blocks: Readonly<Record<string, string>>;
  /** Blocks that are asked after the others, and only where this says so of their answers; `derive` finds them empty else. */
  readonly onlyIf?: Readonly<Record<string, (answers: Answers) => boolean>>;
  readonly derive: (answers: Answers) => readonly Metric[];
  /** Why the value is absent although its series are there: `no requests`. Completed by "in the last 5 minutes". */
  readonly idle?: string;
}

/** A family of our output, and the row that fills it. */
export interface FamilyRow extends FamilyHeader {
  readonly endpoint: FamilyEndpoint;
  /** Label names on our output, in the order they are written; `le` and `quantile` excluded. */
  readonly labels: readonly string[];
  readonly row: Row;
  /** Set on a less detailed twin of another family of the same name: left out of `/all`. */
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

/** A row whose blocks are typed by name, so that `derive` cannot read what was not asked. */
export function row<Name extends string>(definition: {
  id: string;
  promql: Row['promql'];
  blocks: Readonly<Record<Name, string>>;
  onlyIf?: Readonly<Partial<Record<Name, (answers: Answers<Name>) => boolean>>>;
  derive: (answers: Answers<Name>) => readonly Metric[];
  idle?: string;
}): Row {
  // Answers are made from `blocks`, so every name that `derive` reads is there.
  return definition as unknown as Row;
}

/** A row that is asked as it stands: its canonical text is its only block. */
export function plainRow(id: string, promql: string, idle?: string): Row {
  const definition = {
    id,
    promql: { value: promql },
    blocks: { value: promql },
    derive: ({ value }: Answers<'value'>) => value,
  };
  return row(idle === undefined ? definition : { ...definition, idle });
}
