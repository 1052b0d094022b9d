import type { GatewayMetrics, Inference } from '../../../instrument/index.js';
import { recordBackground } from './background.js';
import { createDay } from './day.js';
import { fleet, type Provider } from './fleet.js';
import { drawInference } from './inference.js';
import { createRandom, type Random } from './random.js';

/** Simulated time of one step. */
export const stepMilliseconds = 250;

/** An HTTP request to the gateway. `outcome` is how the provider will respond. */
export type PlannedRequest =
  | { readonly kind: 'chat'; readonly stream: boolean; readonly outcome: Inference }
  | { readonly kind: 'get'; readonly path: string };

export interface Traffic {
  /** Returns the HTTP requests of the next step, and records its database queries, cache lookups and gauges. */
  step(): readonly PlannedRequest[];
}

/** Requests per second at the peak. */
const peak = { chats: 60, gets: 3 };
/** Weight of the latest inference in the error rate that the gateway itself reports. */
const latest = 0.02;

/** Creates the traffic of the simulated day. The same seed gives the same steps. */
export function createTraffic(seed: number, metrics: GatewayMetrics): Traffic {
  const random = createRandom(seed);
  const day = createDay(random, fleet);
  const errorRates = new Map<Provider, number>();
  let steps = 0;

  function chat(provider: Provider, inference: Inference, stream: boolean): PlannedRequest {
    const before = errorRates.get(provider) ?? 0.01;
    errorRates.set(provider, before + latest * ((inference.status === 'success' ? 0 : 1) - before));
    return { kind: 'chat', stream, outcome: inference };
  }

  /** A quick request to each model and a failure of each provider, so that every value is available soon. */
  function firstRequests(): readonly PlannedRequest[] {
    return fleet.flatMap((provider) => {
      const condition = { ...day.condition(provider, 0), slowness: 0.2 };
      const failure = {
        ...drawInference(random, provider, { ...condition, errorRate: 1 }, { stream: false }),
        seconds: 0.2,
      };
      return [
        ...provider.models.map((model) =>
          chat(
            provider,
            drawInference(random, provider, { ...condition, errorRate: 0 }, { model, stream: true }),
            true,
          ),
        ),
        chat(provider, failure, false),
      ];
    });
  }

  return {
    step() {
      const seconds = (steps * stepMilliseconds) / 1000;
      const share = (day.traffic(seconds) * stepMilliseconds) / 1000;
      const drawProvider = () => random.pick(fleet, ({ weight }) => weight);
      const condition = (provider: Provider) => day.condition(provider, seconds);
      const first = steps === 0 ? firstRequests() : [];
      steps += 1;

      const chats = Array.from({ length: random.count(peak.chats * share) }, () => {
        const provider = drawProvider();
        const stream = random.chance(0.6);
        return chat(provider, drawInference(random, provider, condition(provider), { stream }), stream);
      });
      for (const provider of fleet) {
        if (provider.reports === 'nothing') continue;
        metrics.setProviderHealth({
          provider: provider.name,
          availability: condition(provider).available,
          errorRate: provider.reports === 'availability' ? undefined : errorRates.get(provider),
        });
      }
      recordBackground(metrics, random, first.length + chats.length, seconds);

      return [...first, ...chats, ...Array.from({ length: random.count(peak.gets * share) }, () => drawGet(random))];
    },
  };
}

function drawGet(random: Random): PlannedRequest {
  const model = encodeURIComponent(random.pick(random.pick(fleet).models));
  const paths = [
    ['/v1/models', 4],
    [`/v1/models/${model}`, 4],
    ['/v1/models/unknown', 0.3],
    [`/wp-login-${random.count(50)}.php`, 0.2],
  ] as const;
  const [path] = random.pick(paths, ([, weight]) => weight);
  return { kind: 'get', path };
}
