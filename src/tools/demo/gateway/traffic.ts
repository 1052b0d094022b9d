import type { GatewayMetrics, Inference } from '../../../instrument/index.js';
import { recordBackground } from './background.js';
import { createDay } from './day.js';
import { fleet, type Provider } from './fleet.js';
import { drawInference } from './inference.js';
import { createRandom, type Random } from './random.js';

/** How much time one step stands for. */
export const stepMilliseconds = 250;

/** An HTTP request that somebody makes of the gateway. `outcome` is what the provider will do. */
export type PlannedRequest =
  | { readonly kind: 'chat'; readonly stream: boolean; readonly outcome: Inference }
  | { readonly kind: 'get'; readonly path: string };

export interface Traffic {
  /** Records what happens in the next step, and gives the HTTP requests that belong to it. */
  step(): readonly PlannedRequest[];
}

/** Per second, at the busiest moment. */
const peak = { inferences: 120, chats: 4, gets: 4 };
/** Weight of the latest inference in the error rate that the gateway itself reports. */
const latest = 0.02;

/**
 * The traffic of a day. Most inferences are recorded as they are, as if they had come in elsewhere; some come as real HTTP
 * requests. The same seed gives the same steps, whatever the clock does.
 */
export function createTraffic(seed: number, metrics: GatewayMetrics): Traffic {
  const random = createRandom(seed);
  const day = createDay(random, fleet);
  const errorRates = new Map<Provider, number>();
  let steps = 0;

  function record(provider: Provider, inference: Inference): void {
    metrics.recordInference(inference);
    const before = errorRates.get(provider) ?? 0.01;
    errorRates.set(provider, before + latest * ((inference.status === 'success' ? 0 : 1) - before));
  }

  /** One inference of each model and one failure of each provider: nothing is unknown for want of traffic. */
  function recordFirst(): void {
    for (const provider of fleet) {
      const condition = day.condition(provider, 0);
      for (const model of provider.models) {
        record(provider, drawInference(random, provider, { ...condition, errorRate: 0 }, { model }));
      }
      record(provider, drawInference(random, provider, { ...condition, errorRate: 1 }));
    }
    metrics.recordException('StreamInterrupted');
  }

  return {
    step() {
      const seconds = (steps * stepMilliseconds) / 1000;
      const share = (day.traffic(seconds) * stepMilliseconds) / 1000;
      const drawProvider = () => random.pick(fleet, ({ weight }) => weight);
      const condition = (provider: Provider) => day.condition(provider, seconds);
      if (steps === 0) recordFirst();
      steps += 1;

      const inferences = random.count(peak.inferences * share);
      for (let left = inferences; left > 0; left -= 1) {
        const provider = drawProvider();
        record(provider, drawInference(random, provider, condition(provider)));
      }
      for (const provider of fleet) {
        if (provider.reports === 'nothing') continue;
        metrics.setProviderHealth({
          provider: provider.name,
          availability: condition(provider).available,
          errorRate: provider.reports === 'availability' ? undefined : errorRates.get(provider),
        });
      }
      recordBackground(metrics, random, inferences, seconds);

      return [
        ...Array.from({ length: random.count(peak.chats * share) }, () => {
          const provider = drawProvider();
          const stream = random.chance(0.6);
          const outcome = drawInference(random, provider, condition(provider), { stream });
          return { kind: 'chat', stream, outcome } as const;
        }),
        ...Array.from({ length: random.count(peak.gets * share) }, () => drawGet(random)),
      ];
    },
  };
}

function drawGet(random: Random): PlannedRequest {
  const model = encodeURIComponent(random.pick(random.pick(fleet).models));
  const paths = [
    ['/v1/models', 4],
    [`/v1/models/${model}`, 4],
    ['/health', 2],
    ['/v1/models/unknown', 0.3],
    [`/wp-login-${random.count(50)}.php`, 0.2],
  ] as const;
  const [path] = random.pick(paths, ([, weight]) => weight);
  return { kind: 'get', path };
}
