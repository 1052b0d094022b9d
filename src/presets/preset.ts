import type { ConsoleDefinition } from '../catalogue/console-definition.js';
import type {
  CatalogueTable,
  EndpointDefinition,
  NotExportedField,
  OutputFamily,
  PrefixSpellings,
  SeriesLimitDefinition,
  SummaryField,
} from '../catalogue/definition.js';

/** Everything about one gateway, as plain data. */
export interface Preset {
  /** Value of METRICS_PRESET. */
  readonly name: string;
  /** Name of the gateway, for people. */
  readonly title: string;
  /** Beginnings of the metric names by which the gateway is recognised. */
  readonly signatures: readonly string[];
  /** Other spellings of a prefix of its metric names. */
  readonly spellings?: PrefixSpellings;
  readonly endpoints: readonly EndpointDefinition[];
  readonly tables: readonly CatalogueTable[];
  readonly fields: readonly SummaryField[];
  readonly notExported: readonly NotExportedField[];
  readonly seriesLimits: readonly SeriesLimitDefinition[];
  readonly rankings: Readonly<Record<string, string>>;
  readonly recordedBlocks: readonly string[];
  readonly console?: ConsoleDefinition;
  /** What the preset adds where a Health Service is configured. */
  readonly healthService?: { readonly families: readonly OutputFamily[]; readonly fields: readonly SummaryField[] };
}
