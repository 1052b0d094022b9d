/** METRICS_STALE_LIMIT in seconds. */
export const staleLimit = 12;
/** PROMETHEUS_MAX_BODY in bytes. */
export const maxBody = 4 * 2 ** 20;

/** Settings of the service. Durations are short, so that minutes show what would take hours. */
export const settings = {
  PORT: '0',
  METRICS_REFRESH_INTERVAL: '1s',
  METRICS_EVALUATION_DELAY: '2s',
  METRICS_STALE_LIMIT: `${staleLimit}s`,
  PROMETHEUS_TIMEOUT: '2s',
  PROMETHEUS_MAX_BODY: String(maxBody),
  HEALTH_SCRAPE_INTERVAL: '2s',
  HEALTH_TIMEOUT: '1s',
  LOG_LEVEL: 'debug',
};
