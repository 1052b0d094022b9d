/** What polling needs to know; durations in milliseconds. */
export interface HealthSettings {
  /** An http or https URL; a path prefix is kept, credentials and query are not sent. */
  readonly healthServiceUrl: string;
  readonly healthScrapeInterval: number;
  /** Limit of each fetch as a whole, from connecting to the last byte. */
  readonly healthTimeout: number;
  /** How long a value outlives its last good answer. */
  readonly metricsStaleLimit: number;
}
