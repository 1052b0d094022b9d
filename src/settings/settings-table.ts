import type { z } from 'zod';
import {
  boolean,
  certificatesFile,
  credential,
  duration,
  headerWord,
  host,
  hostNames,
  integer,
  listOf,
  marker,
  matchers,
  oneOf,
  pathPrefix,
  readableFile,
  size,
  url,
} from './schemas.js';

/** One row of the settings table. */
export interface SettingEntry {
  /** Name in options and in `Settings`. */
  readonly option: string;
  /** Environment variable; undefined for settings without one. */
  readonly env: string | undefined;
  /** Default, as written in the environment; undefined where there is none. */
  readonly default: string | undefined;
  /** One line for the documentation. */
  readonly description: string;
  /** Whether errors must hide the value. */
  readonly secret: boolean;
  /** Parses text or plain data into the value of `Settings`; issue messages say what was expected. */
  readonly schema: z.ZodType;
}

/**
 * Every setting, in the order of the documentation. Anything that becomes a timer is at most a day: Node's timers fire at
 * once beyond 24 days.
 */
export const settingsTable = [
  {
    option: 'prometheusUrl',
    env: 'PROMETHEUS_URL',
    default: 'http://prometheus:9090',
    description: 'Base URL of a Prometheus-compatible API; may include a path prefix.',
    secret: false,
    schema: url('user name and password go into PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD'),
  },
  {
    option: 'prometheusToken',
    env: 'PROMETHEUS_TOKEN',
    default: undefined,
    description: 'Bearer token for Prometheus.',
    secret: true,
    schema: headerWord(),
  },
  {
    option: 'prometheusTokenFile',
    env: 'PROMETHEUS_TOKEN_FILE',
    default: undefined,
    description: 'File with the bearer token for Prometheus; re-read when it changes.',
    secret: false,
    schema: readableFile(),
  },
  {
    option: 'prometheusUsername',
    env: 'PROMETHEUS_USERNAME',
    default: undefined,
    description: 'User name for basic authentication to Prometheus; requires the password.',
    secret: false,
    schema: credential({ colon: false }),
  },
  {
    option: 'prometheusPassword',
    env: 'PROMETHEUS_PASSWORD',
    default: undefined,
    description: 'Password for basic authentication to Prometheus; requires the user name.',
    secret: true,
    schema: credential({ colon: true }),
  },
  {
    option: 'prometheusTenant',
    env: 'PROMETHEUS_TENANT',
    default: undefined,
    description: 'Value of the X-Scope-OrgID header, for Mimir and other multi-tenant backends.',
    secret: false,
    schema: headerWord(),
  },
  {
    option: 'prometheusCaFile',
    env: 'PROMETHEUS_CA_FILE',
    default: undefined,
    description: 'PEM file with the private CA that signed the certificate of Prometheus.',
    secret: false,
    schema: certificatesFile(),
  },
  {
    option: 'prometheusTimeout',
    env: 'PROMETHEUS_TIMEOUT',
    default: '10s',
    description: 'How long one query may take, from sending it to the last byte of the answer.',
    secret: false,
    schema: duration({ max: '1h' }),
  },
  {
    option: 'prometheusConnections',
    env: 'PROMETHEUS_CONNECTIONS',
    default: '4',
    description:
      'Maximum number of connections to Prometheus, and of concurrent queries while a request waits; background refreshes run one query at a time.',
    secret: false,
    schema: integer({ min: 1, max: 1000 }),
  },
  {
    option: 'prometheusMaxBody',
    env: 'PROMETHEUS_MAX_BODY',
    default: '64MiB',
    description: 'Maximum response size, after decompression.',
    secret: false,
    schema: size(),
  },
  {
    option: 'healthServiceUrl',
    env: 'HEALTH_SERVICE_URL',
    default: undefined,
    description: 'Base URL of the Health Service API. Unset: no health metrics.',
    secret: false,
    schema: url('credentials are not supported here'),
  },
  {
    option: 'healthScrapeInterval',
    env: 'HEALTH_SCRAPE_INTERVAL',
    default: '30s',
    description: 'Interval between two polls of the Health Service.',
    secret: false,
    schema: duration({ max: '1d' }),
  },
  {
    option: 'healthTimeout',
    env: 'HEALTH_TIMEOUT',
    default: '10s',
    description: 'Timeout of one request to the Health Service.',
    secret: false,
    schema: duration({ max: '1h' }),
  },
  {
    option: 'host',
    env: 'HOST',
    default: '127.0.0.1',
    description: 'Address to listen on (serve only).',
    secret: false,
    schema: host(),
  },
  {
    option: 'port',
    env: 'PORT',
    default: '8000',
    description: 'Port to listen on (serve only); 0 picks a free port.',
    secret: false,
    schema: integer({ min: 0, max: 65_535 }),
  },
  {
    option: 'metricsPrefix',
    env: 'METRICS_PREFIX',
    default: '/prometheus',
    description: 'Path prefix of all routes; / for none.',
    secret: false,
    schema: pathPrefix(),
  },
  {
    option: 'metricsRefreshInterval',
    env: 'METRICS_REFRESH_INTERVAL',
    default: '5s',
    description: 'Refresh interval; extended automatically when refreshes are expensive.',
    secret: false,
    schema: duration({ max: '1d' }),
  },
  {
    option: 'metricsMaxInterval',
    env: 'METRICS_MAX_INTERVAL',
    default: '60s',
    description: 'Maximum refresh interval when refreshes are expensive.',
    secret: false,
    schema: duration({ max: '1d' }),
  },
  {
    option: 'metricsEvaluationDelay',
    env: 'METRICS_EVALUATION_DELAY',
    default: '5s',
    description:
      'Minimum age of the evaluation timestamp. Must exceed the slowest scrape duration, or values may still change.',
    secret: false,
    schema: duration({ max: '1d', zero: true }),
  },
  {
    option: 'metricsIdleAfter',
    env: 'METRICS_IDLE_AFTER',
    default: '5m',
    description: 'How long an endpoint is refreshed in the background after its last request.',
    secret: false,
    schema: duration({ max: '1y' }),
  },
  {
    option: 'metricsStaleLimit',
    env: 'METRICS_STALE_LIMIT',
    default: '5m',
    description: 'How long to serve the last good value when refreshes fail.',
    secret: false,
    schema: duration({ max: '1y' }),
  },
  {
    option: 'metricsPreset',
    env: 'METRICS_PRESET',
    default: 'gatewayz',
    description: 'Gateways whose metrics are read, by precedence, separated by commas.',
    secret: false,
    schema: listOf(['gatewayz', 'litellm', 'vllm', 'otel-genai', 'bifrost', 'sglang']),
  },
  {
    option: 'metricsSelector',
    env: 'METRICS_SELECTOR',
    default: '',
    description: 'PromQL matchers added to every selector, for example env="production".',
    secret: false,
    schema: matchers(),
  },
  {
    option: 'metricsMarker',
    env: 'METRICS_MARKER',
    default: 'reexported_by="gatewayz-metrics"',
    description:
      'Label added to every exported sample and excluded from every query. Empty turns it off; METRICS_SELECTOR is then required.',
    secret: false,
    schema: marker(),
  },
  {
    option: 'metricsMaxSeries',
    env: 'METRICS_MAX_SERIES',
    default: '20000',
    description:
      'Maximum number of label sets per family; a histogram counts as one. Over the limit, the busiest are selected.',
    secret: false,
    schema: integer({ min: 1, max: 10_000_000 }),
  },
  {
    option: 'metricsRecorded',
    env: 'METRICS_RECORDED',
    default: 'false',
    description: 'Query the results of recording rules where they exist.',
    secret: false,
    schema: boolean(),
  },
  {
    option: 'metricsTokensFile',
    env: 'METRICS_TOKENS_FILE',
    default: undefined,
    description: 'File with the bearer tokens of readers. Unset: the metrics need no token.',
    secret: false,
    schema: readableFile(),
  },
  {
    option: 'metricsConsole',
    env: 'METRICS_CONSOLE',
    default: undefined,
    description: 'Serve the console at <prefix>/console/. Default: on in serve, off when embedded.',
    secret: false,
    schema: boolean(),
  },
  {
    option: 'metricsHosts',
    env: 'METRICS_HOSTS',
    default: undefined,
    description:
      'Host names, besides loopback names, that requests to serve may have while it listens on a loopback address without tokens.',
    secret: false,
    schema: hostNames(),
  },
  {
    option: 'metricsOpen',
    env: 'METRICS_OPEN',
    default: 'false',
    description: 'Serve the datasource API without tokens on a non-loopback address.',
    secret: false,
    schema: boolean(),
  },
  {
    option: 'metricsWorker',
    env: 'METRICS_WORKER',
    default: 'true',
    description: 'Refresh in a worker thread; false: in the main thread.',
    secret: false,
    schema: boolean(),
  },
  {
    option: 'datasource',
    env: undefined,
    default: undefined,
    description:
      'Serve the Prometheus API for Grafana. Default: off when embedded; in serve, on if the address is loopback or tokens are set.',
    secret: false,
    schema: boolean(),
  },
  {
    option: 'logLevel',
    env: 'LOG_LEVEL',
    default: 'info',
    description: 'Minimum log level.',
    secret: false,
    schema: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  },
  {
    option: 'lokiUrl',
    env: 'LOKI_URL',
    default: undefined,
    description: 'Base URL of a Loki instance to push logs to. Unset: standard output only.',
    secret: false,
    schema: url('credentials are not supported here'),
  },
] as const satisfies readonly SettingEntry[];

type Entry = (typeof settingsTable)[number];

/**
 * Parsed settings: frozen plain data that can be posted to a worker. Durations are milliseconds, sizes bytes; URLs and the
 * prefix have no trailing slash. Undefined only where there is no default, and for a marker that is off.
 */
export type Settings = {
  readonly [E in Entry as E['option']]: E['default'] extends string
    ? z.output<E['schema']>
    : z.output<E['schema']> | undefined;
};

/** Settings as callers pass them. Durations are Prometheus durations or seconds. Undefined counts as not set. */
export type Options = { readonly [E in Entry as E['option']]?: z.input<E['schema']> | undefined } & {
  /** Environment to read when an option is not given; `{}` for none. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
};
