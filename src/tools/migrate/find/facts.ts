/** What the whole stack knows about the exporter; needed to classify a single file. */
export interface StackFacts {
  /** Compose services that are the exporter and can be removed. */
  readonly services: ReadonlySet<string>;
  /** Compose services that are the exporter and cannot be removed: name → reason. */
  readonly staying: ReadonlyMap<string, string>;
  /** All host names of the exporter: the services in `services` and `staying`. */
  readonly hosts: ReadonlySet<string>;
  /** Names of the jobs that scrape only the exporter. */
  readonly jobs: ReadonlySet<string>;
}
