import { GatewayzMetricsError } from '../errors.js';
import type { Answer, LabelAnswer } from './answer.js';
import type { PrometheusClient } from './prometheus-client.js';

/**
 * Questions as of one instant, none of them asked twice. An error of the upstream is part of the answer; they reject only
 * when the signal is aborted.
 */
export interface Questions {
  query(promql: string): Promise<Answer>;
  /** Lets go of an answer that nobody will need any more. */
  forget(promql: string): void;
  /** `selector` as in `PrometheusClient`. */
  labelValues(label: string, selector: string | undefined): Promise<LabelAnswer>;
}

/** What has been asked at one instant. */
export class InstantQuestions {
  readonly instant: number;
  readonly #client: PrometheusClient;
  readonly #answers = new Map<string, Promise<Answer>>();
  readonly #labels = new Map<string, Promise<LabelAnswer>>();

  constructor(client: PrometheusClient, instant: number) {
    this.#client = client;
    this.instant = instant;
  }

  /**
   * @param spend is told the response time, in seconds, of each question that was not asked before; of one without a response
   *   nothing: how long we waited, also for our turn, is no work of the upstream
   */
  during(signal: AbortSignal, spend: (seconds: number) => void): Questions {
    const once = <T extends { readonly seconds: number; readonly error?: GatewayzMetricsError }>(
      asked: Map<string, Promise<T>>,
      key: string,
      ask: () => Promise<T>,
    ): Promise<T> => {
      const earlier = asked.get(key);
      if (earlier) return earlier;
      const answer = ask().then((given) => {
        spend(given.error ? (given.error.seconds ?? 0) : given.seconds);
        return given;
      });
      asked.set(key, answer);
      return answer;
    };
    return {
      query: (promql) =>
        once(this.#answers, promql, () =>
          settle<Answer>(() => this.#client.query(promql, this.instant, signal), { vector: [] }),
        ),
      forget: (promql) => {
        this.#answers.delete(promql);
      },
      labelValues: (label, selector) =>
        once(this.#labels, JSON.stringify([label, selector]), () =>
          settle<LabelAnswer>(() => this.#client.labelValues(label, selector, this.instant, signal), { values: [] }),
        ),
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
