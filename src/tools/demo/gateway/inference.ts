import type { Inference } from '../../../instrument/index.js';
import type { Condition } from './day.js';
import type { Provider } from './fleet.js';
import type { Random } from './random.js';

/** A random inference request to a provider in a given condition. Failures take time but use no tokens or credits. */
export function drawInference(
  random: Random,
  provider: Provider,
  { errorRate, slowness }: Condition,
  { model = random.pick(provider.models), stream = random.chance(0.6) }: { model?: string; stream?: boolean } = {},
): Inference {
  const request = { provider: provider.name, model };
  const seconds = random.duration(provider.seconds * slowness);
  if (random.chance(errorRate)) {
    const status = random.pick(['error', 'timeout', 'rate_limited'], (name) => (name === 'error' ? 3 : 1));
    return { ...request, status, seconds: status === 'timeout' ? 10 : seconds / 3 };
  }
  const inputTokens = Math.round(random.duration(400));
  const outputTokens = Math.round(random.duration(250));
  return {
    ...request,
    status: 'success',
    seconds,
    inputTokens,
    outputTokens,
    credits: ((inputTokens + outputTokens) / 1000) * provider.price,
    ...(stream ? { firstChunkSeconds: seconds * random.between(0.1, 0.3) } : {}),
  };
}
