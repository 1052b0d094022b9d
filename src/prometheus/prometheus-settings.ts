/** What of the settings concerns the way to Prometheus. Validated by whoever made it; durations in milliseconds, sizes in bytes. */
export interface PrometheusSettings {
  /** `http:` or `https:`; a path prefix is kept, anything after it is ignored. */
  readonly prometheusUrl: string;
  /** Of token, token file and user name with password, the first that is there is used. */
  readonly prometheusToken?: string | undefined;
  readonly prometheusTokenFile?: string | undefined;
  readonly prometheusUsername?: string | undefined;
  readonly prometheusPassword?: string | undefined;
  /** Sent as `X-Scope-OrgID`. */
  readonly prometheusTenant?: string | undefined;
  /** PEM; when set, only the authorities in it are trusted. */
  readonly prometheusCaFile?: string | undefined;
  /** From sending a request to the last byte of its answer. */
  readonly prometheusTimeout: number;
  readonly prometheusConnections: number;
  /** Of one answer, after decompression. */
  readonly prometheusMaxBody: number;
}
