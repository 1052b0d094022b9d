/** Seconds for which numbers are kept. */
export const staleLimit = 12;
/** Bytes of an upstream's answer, unpacked. */
export const longestAnswer = 4 * 2 ** 20;

/** Of the service. Short times, so that in minutes happens what else takes hours. */
export const settings = {
  PORT: '0',
  METRICS_REFRESH_INTERVAL: '1s',
  METRICS_EVALUATION_DELAY: '2s',
  METRICS_STALE_LIMIT: `${staleLimit}s`,
  PROMETHEUS_TIMEOUT: '2s',
  PROMETHEUS_MAX_BODY: String(longestAnswer),
  HEALTH_SCRAPE_INTERVAL: '2s',
  HEALTH_TIMEOUT: '1s',
  LOG_LEVEL: 'debug',
};
