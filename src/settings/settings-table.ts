import type { z } from 'zod';
import {
  boolean,
  certificatesFile,
  credential,
  duration,
  headerWord,
  host,
  integer,
  marker,
  matchers,
  oneOf,
  pathPrefix,
  readableFile,
  size,
  url,
} from './schemas.js';

/** One setting: everything that is known about it. */
export interface SettingEntry {
  /** Name in options and in `Settings`. */
  readonly option: string;
  /** Environment variable; undefined for what only an option can set. */
  readonly env: string | undefined;
  /** As it would be written in the environment; undefined where there is none. */
  readonly default: string | undefined;
  /** One line for the documentation. */
  readonly description: string;
  /** No error may show the value. */
  readonly secret: boolean;
  /** Reads text or plain data into the value of `Settings`; the message of its issues is what was expected. */
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
    description: 'Base URL of any Prometheus-compatible API; a path prefix is kept.',
    secret: false,
    schema: url('user name and password go into PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD'),
  },
  {
    option: 'prometheusToken',
    env: 'PROMETHEUS_TOKEN',
    default: undefined,
    description: 'Bearer token towards Prometheus.',
    secret: true,
    schema: headerWord(),
  },
  {
    option: 'prometheusTokenFile',
    env: 'PROMETHEUS_TOKEN_FILE',
    default: undefined,
    description: 'File with the bearer token towards Prometheus; read again when it changes.',
    secret: false,
    schema: readableFile(),
  },
  {
    option: 'prometheusUsername',
    env: 'PROMETHEUS_USERNAME',
    default: undefined,
    description: 'User name for basic authentication towards Prometheus; needs the password too.',
    secret: false,
    schema: credential({ colon: false }),
  },
  {
    option: 'prometheusPassword',
    env: 'PROMETHEUS_PASSWORD',
    default: undefined,
    description: 'Password for basic authentication towards Prometheus; needs the user name too.',
    secret: true,
    schema: credential({ colon: true }),
  },
  {
    option: 'prometheusTenant',
    env: 'PROMETHEUS_TENANT',
    default: undefined,
    description: 'Sent as X-Scope-OrgID, for Mimir and other engines with tenants.',
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
      'Connections to Prometheus, and so queries at once while somebody waits; refreshes in the background ask one at a time.',
    secret: false,
    schema: integer({ min: 1, max: 1000 }),
  },
  {
    option: 'prometheusMaxBody',
    env: 'PROMETHEUS_MAX_BODY',
    default: '64MiB',
    description: 'Longest answer that is read, after decompression.',
    secret: false,
    schema: size(),
  },
  {
    option: 'healthServiceUrl',
    env: 'HEALTH_SERVICE_URL',
    default: undefined,
    description: 'Base URL of the Health Service API; unset: no health metrics.',
    secret: false,
    schema: url('credentials are not supported here'),
  },
  {
    option: 'healthScrapeInterval',
    env: 'HEALTH_SCRAPE_INTERVAL',
    default: '30s',
    description: 'How often the Health Service is polled.',
    secret: false,
    schema: duration({ max: '1d' }),
  },
  {
    option: 'healthTimeout',
    env: 'HEALTH_TIMEOUT',
    default: '10s',
    description: 'How long one answer of the Health Service may take.',
    secret: false,
    schema: duration({ max: '1h' }),
  },
  {
    option: 'host',
    env: 'HOST',
    default: '127.0.0.1',
    description: 'Address that the standalone service listens on.',
    secret: false,
    schema: host(),
  },
  {
    option: 'port',
    env: 'PORT',
    default: '8000',
    description: 'Port that the standalone service listens on; 0: any free one.',
    secret: false,
    schema: integer({ min: 0, max: 65_535 }),
  },
  {
    option: 'metricsPrefix',
    env: 'METRICS_PREFIX',
    default: '/prometheus',
    description: 'Path under which all routes are mounted; /: none.',
    secret: false,
    schema: pathPrefix(),
  },
  {
    option: 'metricsRefreshInterval',
    env: 'METRICS_REFRESH_INTERVAL',
    default: '5s',
    description: 'Distance of evaluation instants; a costly refresh makes it longer.',
    secret: false,
    schema: duration({ max: '1d' }),
  },
  {
    option: 'metricsEvaluationDelay',
    env: 'METRICS_EVALUATION_DELAY',
    default: '5s',
    description:
      'How far instants lie in the past at least; longer than the slowest scrape takes, or numbers change later.',
    secret: false,
    schema: duration({ max: '1d', zero: true }),
  },
  {
    option: 'metricsIdleAfter',
    env: 'METRICS_IDLE_AFTER',
    default: '5m',
    description: 'How long an endpoint is kept warm after it was last asked for.',
    secret: false,
    schema: duration({ max: '1y' }),
  },
  {
    option: 'metricsStaleLimit',
    env: 'METRICS_STALE_LIMIT',
    default: '5m',
    description: 'How long the last good value is shown while it cannot be had anew.',
    secret: false,
    schema: duration({ max: '1y' }),
  },
  {
    option: 'metricsSelector',
    env: 'METRICS_SELECTOR',
    default: '',
    description: 'PromQL matchers added to every selector, such as env="production".',
    secret: false,
    schema: matchers(),
  },
  {
    option: 'metricsMarker',
    env: 'METRICS_MARKER',
    default: 'reexported_by="gatewayz-metrics"',
    description:
      'Label on every sample we hand out, excluded from what we read; empty: off, then METRICS_SELECTOR is required.',
    secret: false,
    schema: marker(),
  },
  {
    option: 'metricsMaxSeries',
    env: 'METRICS_MAX_SERIES',
    default: '20000',
    description: 'Label sets per family, a histogram counting as one; the busiest are kept.',
    secret: false,
    schema: integer({ min: 1, max: 10_000_000 }),
  },
  {
    option: 'metricsRecorded',
    env: 'METRICS_RECORDED',
    default: 'false',
    description: "Use recording rules' results where they exist.",
    secret: false,
    schema: boolean(),
  },
  {
    option: 'metricsTokensFile',
    env: 'METRICS_TOKENS_FILE',
    default: undefined,
    description: 'File with the bearer tokens of readers; unset: the metrics are open to all.',
    secret: false,
    schema: readableFile(),
  },
  {
    option: 'metricsOpen',
    env: 'METRICS_OPEN',
    default: 'false',
    description: 'Serve the datasource API without tokens on an address that is not loopback.',
    secret: false,
    schema: boolean(),
  },
  {
    option: 'metricsWorker',
    env: 'METRICS_WORKER',
    default: 'true',
    description: 'Refresh in a worker thread; false: in the thread of the host.',
    secret: false,
    schema: boolean(),
  },
  {
    option: 'datasource',
    env: undefined,
    default: undefined,
    description: 'Serve the Prometheus API for Grafana; unset: off when embedded, in serve as access settings allow.',
    secret: false,
    schema: boolean(),
  },
  {
    option: 'logLevel',
    env: 'LOG_LEVEL',
    default: 'info',
    description: 'Least severe level that is logged.',
    secret: false,
    schema: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  },
  {
    option: 'lokiUrl',
    env: 'LOKI_URL',
    default: undefined,
    description: 'Base URL of a Loki that logs are pushed to as well; unset: standard output only.',
    secret: false,
    schema: url('credentials are not supported here'),
  },
] as const satisfies readonly SettingEntry[];

type Entry = (typeof settingsTable)[number];

/**
 * What the settings came to: frozen plain data that can be posted to a worker. Durations are milliseconds, sizes bytes,
 * URLs and the prefix without trailing slash. Undefined stands only for what has no default, and for a marker that is off.
 */
export type Settings = {
  readonly [E in Entry as E['option']]: E['default'] extends string
    ? z.output<E['schema']>
    : z.output<E['schema']> | undefined;
};

/** Settings as callers give them. Durations: Prometheus durations or seconds. Undefined is the same as left out. */
export type Options = { readonly [E in Entry as E['option']]?: z.input<E['schema']> | undefined } & {
  /** What is read where an option is not given; `{}`: nothing. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
};
