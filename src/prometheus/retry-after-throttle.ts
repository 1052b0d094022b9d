import type { Clock } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';

/**
 * Leaves alone, question by question, what was refused with `Retry-After`: until that time is over the question is not asked
 * again, at whatever instant, and fails as it did. The others are asked as ever.
 */
export class RetryAfterThrottle {
  readonly #refused = new Map<string, GatewayzMetricsError>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rejects as `ask` does, or did when it was refused; then without the `retryAfter`, which has been heard. */
  async ask<T>(question: string, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const refused = this.#refused.get(question);
    if (refused) throw new GatewayzMetricsError(refused.code, refused.message, { cause: refused });
    try {
      return await ask();
    } catch (error) {
      if (error instanceof GatewayzMetricsError && error.retryAfter)
        this.#rest(question, error, error.retryAfter, signal);
      throw error;
    }
  }

  #rest(question: string, error: GatewayzMetricsError, seconds: number, signal: AbortSignal): void {
    this.#refused.set(question, error);
    // A timer, not a time: the clock may be set back.
    const timer = this.#clock.setTimeout(() => {
      this.#refused.delete(question);
      signal.removeEventListener('abort', end);
    }, seconds * 1000);
    const end = () => timer.cancel();
    signal.addEventListener('abort', end, { once: true });
  }
}
