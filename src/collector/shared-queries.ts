import { GatewayzMetricsError } from '../errors.js';
import type { PrometheusClient } from '../prometheus/prometheus-client.js';
import type { RetryAfterThrottle } from '../prometheus/retry-after-throttle.js';
import type { LabelResult, QueryResult } from './query-result.js';

/**
 * Questions as of one instant, none of them asked twice. An error of the upstream is part of the answer; they reject only
 * when the signal is aborted.
 */
export interface SharedQueries {
  /** @param name what the question is called where its text changes from one instant to the next */
  query(promql: string, name?: string): Promise<QueryResult>;
  /** Lets go of an answer that nobody will need any more. */
  forget(promql: string): void;
  /** `selector` as in `PrometheusClient`. */
  labelValues(label: string, selector: string | undefined): Promise<LabelResult>;
}

/** What has been asked at one instant. */
export class QueryCache {
  readonly instant: number;
  readonly #client: PrometheusClient;
  readonly #patience: RetryAfterThrottle;
  readonly #answers = new Map<string, Promise<QueryResult>>();
  readonly #labels = new Map<string, Promise<LabelResult>>();

  constructor(client: PrometheusClient, patience: RetryAfterThrottle, instant: number) {
    this.#client = client;
    this.#patience = patience;
    this.instant = instant;
  }

  /**
   * @param spend is told the response time, in seconds, of each question that was not asked before; of one without a response
   *   nothing: how long we waited, also for our turn, is no work of the upstream
   */
  during(signal: AbortSignal, spend: (seconds: number) => void): SharedQueries {
    const once = <T extends { readonly seconds: number; readonly error?: GatewayzMetricsError }>(
      asked: Map<string, Promise<T>>,
      key: string,
      ask: () => Promise<T>,
    ): Promise<T> => {
      const earlier = asked.get(key);
      if (earlier) return earlier;
      const answer = ask().then((given) => {
        spend(given.error ? (given.error.responseSeconds ?? 0) : given.seconds);
        return given;
      });
      asked.set(key, answer);
      return answer;
    };
    return {
      query: (promql, name = promql) =>
        once(this.#answers, promql, () => {
          const ask = () => this.#client.query(promql, this.instant, signal);
          return settle<QueryResult>(() => this.#patience.ask(name, ask, signal), { vector: [] });
        }),
      forget: (promql) => {
        this.#answers.delete(promql);
      },
      labelValues: (label, selector) => {
        const name = JSON.stringify([label, selector]);
        return once(this.#labels, name, () => {
          const ask = () => this.#client.labelValues(label, selector, this.instant, signal);
          return settle<LabelResult>(() => this.#patience.ask(name, ask, signal), { values: [] });
        });
      },
    };
  }
}

async function settle<T extends { seconds: number; error?: GatewayzMetricsError }>(
  ask: () => Promise<T>,
  empty: Omit<T, 'seconds' | 'error'>,
): Promise<T> {
  const started = performance.now();
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof GatewayzMetricsError)) throw error;
    return { ...empty, seconds: (performance.now() - started) / 1000, error } as T;
  }
}
