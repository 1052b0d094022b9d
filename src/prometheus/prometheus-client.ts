import { type Clock, systemClock } from '../clock.js';
import { joinBody } from '../http-client/read-body.js';
import type { Vector } from '../model.js';
import { ApiTransport } from './api-transport.js';
import { decodeStrings } from './decode-response.js';
import type { PrometheusSettings } from './prometheus-settings.js';
import { parseData } from './read-response.js';
import { readVector } from './read-vector.js';

/** `seconds`, here and below: how long the answer was waited for; not for a connection, nor until we had read it. */
export interface QueryAnswer {
  readonly vector: Vector;
  readonly seconds: number;
  /** Elements that were left out because their value is a native histogram. */
  readonly omittedHistograms: number;
}

export interface LabelValuesAnswer {
  readonly values: readonly string[];
  readonly seconds: number;
}

export interface MetricNamesAnswer {
  readonly names: ReadonlySet<string>;
  readonly seconds: number;
}

/**
 * The Prometheus HTTP API. Instants are epoch milliseconds.
 *
 * At most `prometheusConnections` requests are under way, the others wait their turn; each has `prometheusTimeout` from
 * the moment it is sent. Redirects are not followed, and only a request whose connection was closed before an answer came
 * is sent again, once. Everything rejects with a `GatewayzMetricsError` (`upstream_…`, or `settings_invalid` for a token
 * file), or with the reason of `signal`.
 */
export interface PrometheusClient {
  /** Evaluates PromQL at `instant`. A scalar is one element without labels; other types are `upstream_invalid`. */
  query(promql: string, instant: number, signal: AbortSignal): Promise<QueryAnswer>;
  /**
   * Values of a label in the five minutes up to `instant`.
   *
   * @param selector A series selector such as `{job="gateway"}`, with one matcher at least that does not match empty text
   *   (Prometheus refuses others); undefined for all series.
   */
  labelValues(
    label: string,
    selector: string | undefined,
    instant: number,
    signal: AbortSignal,
  ): Promise<LabelValuesAnswer>;
  /** The metrics that had series in the five minutes up to `instant`; for `selector` see `labelValues`. */
  metricNames(selector: string | undefined, instant: number, signal: AbortSignal): Promise<MetricNamesAnswer>;
  /** Whether as many requests as there may be connections are under way at once, as at first, or only one. */
  hurry(isWaitedFor: boolean): void;
  /** How far the clock of Prometheus is ahead of ours; 0 within the second that can be told; undefined until it is known. */
  readonly clockSkewSeconds: number | undefined;
  /** Requests that were sent again because their connection was closed under them. */
  readonly retries: number;
  /** Breaks off what is under way and resolves when all connections are closed; may be called again. */
  close(): Promise<void>;
}

/** How far label queries look back, in milliseconds: as far as Prometheus itself does for an instant query. */
const labelWindow = 5 * 60_000;

/** @throws GatewayzMetricsError `settings_invalid` for a CA file that cannot be used. Opens no connection yet. */
export function createPrometheusClient(settings: PrometheusSettings, clock: Clock = systemClock): PrometheusClient {
  const transport = new ApiTransport(settings, clock);
  const { source } = transport;
  // Earlier than we give up: then a slow query is answered with an error, and only a hanging upstream is silent.
  const evaluationTimeout = toSeconds(settings.prometheusTimeout * 0.9);

  const labelValues = async (label: string, selector: string | undefined, instant: number, signal: AbortSignal) => {
    const parameters = new URLSearchParams({ start: toSeconds(instant - labelWindow), end: toSeconds(instant) });
    if (selector !== undefined) parameters.set('match[]', selector);
    const path = `/api/v1/label/${encodeURIComponent(label)}/values`;
    const { data: values, seconds } = await transport.ask(
      { method: 'GET', path, parameters },
      async (chunks, asked) => decodeStrings(parseData(await joinBody(chunks), asked), source),
      signal,
    );
    return { values, seconds };
  };

  return {
    async query(promql, instant, signal) {
      // VictoriaMetrics moves the instant of answers that it may cache.
      const form = { query: promql, time: toSeconds(instant), timeout: evaluationTimeout, nocache: '1' };
      const parameters = new URLSearchParams(form);
      const question = { method: 'POST', path: '/api/v1/query', parameters } as const;
      const { data, seconds } = await transport.ask(question, readVector, signal);
      return { ...data, seconds };
    },
    labelValues,
    async metricNames(selector, instant, signal) {
      const { values, seconds } = await labelValues('__name__', selector, instant, signal);
      return { names: new Set(values), seconds };
    },
    hurry(isWaitedFor) {
      transport.requestsAtOnce = isWaitedFor ? settings.prometheusConnections : 1;
    },
    get clockSkewSeconds() {
      return transport.clockSkew.seconds;
    },
    get retries() {
      return transport.retries;
    },
    close: () => transport.close(),
  };
}

/** Seconds with three decimals at most. */
function toSeconds(milliseconds: number): string {
  return String(Math.round(milliseconds) / 1000);
}
