import type { DownTarget } from './missing-reasons.js';

/** By preset: prefixes of metric names that only its gateway exports. */
const signatures: Readonly<Record<string, readonly string[]>> = {
  gatewayz: ['fastapi_requests_', 'model_inference_'],
  litellm: ['litellm_'],
  vllm: ['vllm:'],
  'otel-genai': ['gen_ai_'],
  bifrost: ['bifrost_'],
  sglang: ['sglang:'],
};

export interface HintContext {
  /** Names of all metrics under the base selector; undefined where the upstream could not tell. */
  readonly names: ReadonlySet<string> | undefined;
  readonly down: readonly DownTarget[];
  /** Presets in use. */
  readonly presets: readonly string[];
}

/** What an operator can do while no value has ever come; undefined where nothing is known. */
export function findHint({ names, down, presets }: HintContext): string | undefined {
  const [first] = down;
  if (first) return `The scrape target ${first.instance} (job ${JSON.stringify(first.job)}) is down.`;
  for (const [preset, prefixes] of Object.entries(signatures)) {
    if (presets.includes(preset)) continue;
    const prefix = prefixes.find((each) => [...(names ?? [])].some((name) => name.startsWith(each)));
    if (prefix !== undefined) return `Prometheus has ${prefix}* metrics: set METRICS_PRESET=${preset}`;
  }
  if (names?.size === 0) return 'Prometheus has no metrics of your gateway: check its scrape configuration.';
  return undefined;
}
