import type { ExporterHosts } from './exporter.js';
import type { DataSources } from './query-language.js';

/** What the whole stack knows about the exporter; needed to classify a single file. */
export interface StackFacts {
  /** Compose services that are the exporter and can be removed. */
  readonly services: ReadonlySet<string>;
  /** Compose services that are the exporter and cannot be removed: name → reason. */
  readonly staying: ReadonlyMap<string, string>;
  /** All host names of the exporter with their ports: the services in `services` and `staying`. */
  readonly hosts: ExporterHosts;
  /** Values of the label `job` that only the exporter's series have, and that become the new job. */
  readonly jobs: ReadonlySet<string>;
  /** Further values of `job` that the exporter's series have, which migrate does not replace: value → reason. */
  readonly jobsByHand: ReadonlyMap<string, string>;
  /** Values of the label `instance` that the exporter's series have. */
  readonly instances: ReadonlySet<string>;
  /** Other labels that relabelling gives the exporter's series; undefined: any value. */
  readonly relabelled: readonly { readonly label: string; readonly value: string | undefined }[];
  readonly dataSources: DataSources;
  /** Whether the exporter's jobs are gone and the new job is there. */
  readonly isMigrated: boolean;
}
