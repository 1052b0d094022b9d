import type { Clock } from '../clock.js';
import type { Cause, Outcome } from '../model.js';
import { type HealthEndpoint, type HealthFamily, healthEndpoints } from '../presets/gatewayz/health-families.js';
import type { HealthAnswer, Reading } from './health-answer.js';

interface EndpointState {
  readonly answer: HealthAnswer;
  /** Epoch milliseconds of its last good answer. */
  readonly lastGood: number | undefined;
}

/**
 * What the answers so far come to. A value that its endpoint's last answer does not hold is kept for `staleLimit`
 * milliseconds after it was last good; whether the service is up is never kept.
 */
export class HealthState {
  readonly #kept = new Map<string, { readonly reading: Reading; readonly at: number }>();
  readonly #endpoints = new Map<HealthEndpoint, EndpointState>();
  readonly #staleLimit: number;
  readonly #clock: Clock;
  #failures = 0;
  #lastSuccess: number | undefined;

  constructor(staleLimit: number, clock: Clock) {
    this.#staleLimit = staleLimit;
    this.#clock = clock;
  }

  record(endpoint: HealthEndpoint, answer: HealthAnswer): void {
    const now = this.#clock.now();
    const good = answer.fault === undefined;
    if (good) this.#lastSuccess = now;
    else this.#failures += 1;
    this.#endpoints.set(endpoint, { answer, lastGood: good ? now : this.#endpoints.get(endpoint)?.lastGood });
    for (const [name, { reading, at }] of this.#kept) {
      // After the clock was set back, ages start again: a value must not be kept longer for it.
      if (at > now) this.#kept.set(name, { reading, at: now });
    }
    for (const [name, reading] of answer.readings) this.#kept.set(name, { reading, at: now });
  }

  /** The value of `family` as of now; `instant` tells since when it is only kept. */
  outcome(family: HealthFamily): Outcome {
    const { source, name } = family;
    if (this.#endpoints.size === 0) {
      return {
        state: 'failed',
        reason: `no ${name}: the Health Service has not answered yet`,
        cause: healthCause(name),
      };
    }
    if (source.kind === 'failures') return one(this.#failures);
    if (source.kind === 'last-success') {
      return this.#lastSuccess === undefined
        ? {
            state: 'missing',
            reason: `no ${name}: the Health Service has not given a good answer so far`,
            cause: healthCause(name),
          }
        : one(this.#lastSuccess / 1000);
    }
    const state = this.#endpoints.get(source.endpoint);
    if (state === undefined) {
      return {
        state: 'failed',
        reason: `no ${name}: the Health Service's ${source.endpoint} has not answered yet`,
        cause: healthCause(name),
      };
    }
    if (source.kind === 'answered') return one(state.answer.fault === undefined ? 1 : 0);
    const live = this.#live(family);
    if (live === undefined)
      return {
        state: 'missing',
        reason: `no ${name}: ${whyAbsent(source.endpoint, state, name)}`,
        cause: healthCause(name),
      };
    const { metrics } = live.reading;
    return live.keptFrom === undefined
      ? { state: 'present', metrics }
      : { state: 'present', metrics, evaluationTime: live.keptFrom };
  }

  /** Label sets that were left out of the value that `family` has now. */
  dropped(family: HealthFamily): number {
    return this.#live(family)?.reading.dropped ?? 0;
  }

  /** Whether the last answer of each endpoint was good; an endpoint without any answer is not there. */
  endpointsUp(): ReadonlyMap<HealthEndpoint, boolean> {
    return new Map([...this.#endpoints].map(([endpoint, { answer }]) => [endpoint, answer.fault === undefined]));
  }

  /** Set when the last answer of every endpoint failed: why. */
  fault(): string | undefined {
    const faults = healthEndpoints.map((endpoint) => [endpoint, this.#endpoints.get(endpoint)?.answer.fault] as const);
    if (faults.some(([, fault]) => fault === undefined)) return undefined;
    return `no endpoint of the Health Service answers: ${faults.map(([endpoint, fault]) => `${endpoint}: ${fault}`).join('; ')}`;
  }

  #live({ source, name }: HealthFamily): { readonly reading: Reading; readonly keptFrom?: number } | undefined {
    const fresh = 'endpoint' in source ? this.#endpoints.get(source.endpoint)?.answer.readings.get(name) : undefined;
    if (fresh !== undefined) return { reading: fresh };
    const kept = this.#kept.get(name);
    if (kept === undefined || this.#clock.now() - kept.at > this.#staleLimit) return undefined;
    return { reading: kept.reading, keptFrom: kept.at };
  }
}

/** For programs: the Health Service is why the family has no value. */
function healthCause(name: string): Cause {
  return { code: 'health_service', metrics: [name] };
}

function one(value: number): Outcome {
  return { state: 'present', metrics: [{ labels: {}, value: String(value) }] };
}

function whyAbsent(endpoint: HealthEndpoint, { answer, lastGood }: EndpointState, name: string): string {
  if (answer.fault === undefined) return `the Health Service's ${endpoint} answered ${answer.gaps.get(name)}`;
  return lastGood === undefined
    ? `the Health Service's ${endpoint} has never answered well: ${answer.fault}`
    : `the Health Service's ${endpoint} has not answered well since ${new Date(lastGood).toISOString()}: ${answer.fault}`;
}
