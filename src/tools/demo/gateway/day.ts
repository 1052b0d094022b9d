import type { Provider } from './fleet.js';
import type { Random } from './random.js';

/** State of a provider at one time. */
export interface Condition {
  readonly errorRate: number;
  /** Factor on the response time. */
  readonly slowness: number;
  readonly available: boolean;
}

export interface Day {
  /** Traffic relative to the peak, 0 to 1, by seconds since the start. */
  traffic(seconds: number): number;
  condition(provider: Provider, seconds: number): Condition;
}

interface Incident extends Condition {
  readonly provider: Provider;
  readonly from: number;
  readonly to: number;
}

/** Twelve minutes simulate a day. */
const dayInSeconds = 720;
const healthy: Condition = { errorRate: 0.008, slowness: 1, available: true };

/**
 * A simulated day that repeats: a wave of traffic, two degraded providers and two that go down and recover, chosen by the
 * seed. The first incidents begin seconds after the start, so that a short demo shows all states.
 */
export function createDay(random: Random, providers: readonly Provider[]): Day {
  const left = [...providers];
  const draw = (reports: Provider['reports']) => {
    const provider = random.pick(left.filter((candidate) => candidate.reports === reports));
    left.splice(left.indexOf(provider), 1);
    return provider;
  };
  const incidents: readonly Incident[] = [
    { provider: draw('nothing'), from: 4, to: 320, errorRate: 0.25, slowness: 2.5, available: true },
    { provider: draw('availability'), from: 10, to: 200, errorRate: 0.92, slowness: 3, available: false },
    { provider: draw('nothing'), from: 330, to: 640, errorRate: 0.85, slowness: 2, available: true },
    {
      provider: draw('availability and error rate'),
      from: 380,
      to: 600,
      errorRate: 0.12,
      slowness: 1.6,
      available: true,
    },
  ];

  return {
    traffic: (seconds) => 0.6 - 0.4 * Math.cos((2 * Math.PI * (seconds + dayInSeconds / 4)) / dayInSeconds),
    condition(provider, seconds) {
      const time = seconds % dayInSeconds;
      return incidents.find((each) => each.provider === provider && time >= each.from && time < each.to) ?? healthy;
    },
  };
}
