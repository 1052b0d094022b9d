/** What a whole stack has of the exporter: known before any single file can be judged. */
export interface Facts {
  /** Compose services that are the exporter and can go. */
  readonly services: ReadonlySet<string>;
  /** Services that are the exporter and stay, by name, and why only a person can take them out. */
  readonly staying: ReadonlyMap<string, string>;
  /** Every name the exporter has as a host: the services above, and those that only a person can take out. */
  readonly hosts: ReadonlySet<string>;
  /** Names of the scrape jobs that scrape the exporter and nothing else. */
  readonly jobs: ReadonlySet<string>;
}
