import type {
  ConsoleDocument,
  FieldDescription,
  HistoryColumns,
  ModelTable,
  ProviderRow,
  SectionDescription,
} from '../../src/history/console-document.js';

/** Documents as the service sends them, for a page that is tried against scripted responses. */

export const evaluatedAt = Date.UTC(2026, 10, 22, 12, 0, 0);

function field(id: string, label: string, unit: string, kind: 'total' | 'current' = 'current'): FieldDescription {
  return { id, label, unit, help: `${label} of the gateway.`, kind };
}

export const sections: readonly SectionDescription[] = [
  {
    title: 'HTTP',
    fields: [
      field('http.total_requests', 'Total requests', 'requests', 'total'),
      field('http.request_rate_per_minute', 'Request rate', 'requests per minute'),
      field('http.error_rate', 'Error rate', 'percent'),
      field('http.avg_latency_ms', 'Mean latency', 'milliseconds'),
      field('http.in_progress', 'In progress', 'requests'),
    ],
  },
  {
    title: 'Models',
    fields: [
      field('models.total_inference_requests', 'Total inference requests', 'requests', 'total'),
      field('models.tokens_used_total', 'Tokens used', 'tokens', 'total'),
      field('models.credits_used_total', 'Credits used', 'credits', 'total'),
      field('models.avg_inference_latency_ms', 'Mean inference latency', 'milliseconds'),
    ],
  },
  {
    title: 'Providers',
    fields: [
      field('providers.total_providers', 'Total', 'providers'),
      field('providers.healthy_providers', 'Healthy', 'providers'),
      field('providers.degraded_providers', 'Degraded', 'providers'),
      field('providers.unavailable_providers', 'Unavailable', 'providers'),
      field('providers.avg_error_rate', 'Mean error rate', 'ratio'),
      field('providers.avg_response_time_ms', 'Mean response time', 'milliseconds'),
    ],
  },
  {
    title: 'Database',
    fields: [
      field('database.total_queries', 'Total queries', 'queries', 'total'),
      field('database.avg_query_latency_ms', 'Mean query latency', 'milliseconds'),
      field('database.cache_hit_rate', 'Cache hit rate', 'ratio'),
    ],
  },
  {
    title: 'Business',
    fields: [
      field('business.active_api_keys', 'Active API keys', 'keys'),
      field('business.active_subscriptions', 'Active subscriptions', 'subscriptions'),
      field('business.active_trials', 'Active trials', 'trials'),
      field('business.total_tokens_used', 'Total tokens used', 'tokens', 'total'),
      field('business.total_credits_used', 'Total credits used', 'credits', 'total'),
    ],
  },
  {
    title: 'Health Service',
    fields: [
      field('health.service_up', 'Service up', '1 or 0'),
      field('health.monitoring_active', 'Monitoring active', '1 or 0'),
      field('health.tracked_models', 'Tracked models', 'models'),
      field('health.tracked_providers', 'Tracked providers', 'providers'),
      field('health.tracked_gateways', 'Tracked gateways', 'gateways'),
      field('health.active_incidents', 'Active incidents', 'incidents'),
    ],
  },
];

export const values: Readonly<Record<string, number>> = {
  'http.total_requests': 1_284_530,
  'http.request_rate_per_minute': 5_061.3,
  'http.error_rate': 1.37,
  'http.avg_latency_ms': 843.2,
  'http.in_progress': 71,
  'models.total_inference_requests': 1_190_822,
  'models.tokens_used_total': 2_419_334_018,
  'models.credits_used_total': 18_402.55,
  'models.avg_inference_latency_ms': 901.4,
  'providers.total_providers': 16,
  'providers.healthy_providers': 14,
  'providers.degraded_providers': 0,
  'providers.unavailable_providers': 0,
  'providers.avg_error_rate': 0.0121,
  'providers.avg_response_time_ms': 874,
  'database.total_queries': 9_201_442,
  'database.avg_query_latency_ms': 4.21,
  'database.cache_hit_rate': 0.874,
  'business.active_api_keys': 234,
  'business.active_subscriptions': 45,
  'business.active_trials': 12,
  'business.total_tokens_used': 2_419_334_018,
  'business.total_credits_used': 18_402.55,
  'health.service_up': 1,
  'health.monitoring_active': 1,
  'health.tracked_models': 342,
  'health.tracked_providers': 16,
  'health.tracked_gateways': 18,
  'health.active_incidents': 0,
};

const names =
  'openai anthropic google mistral groq together fireworks deepseek xai cohere perplexity cerebras novita nebius hyperbolic replicate'.split(
    ' ',
  );

export const providers: readonly ProviderRow[] = names.map((name, index) => ({
  name,
  state: index >= 14 ? 'idle' : 'healthy',
  since: null,
  error_ratio: index >= 14 ? null : 0.004 + 0.001 * index,
  requests_per_minute: index >= 14 ? 0 : Math.round(1_400 / (index + 1)),
  mean_seconds: index >= 14 ? null : 0.6 + 0.09 * index,
  p95_seconds: index >= 14 ? null : 1.9 + 0.21 * index,
  first_token_seconds: index >= 14 ? null : 0.31 + 0.02 * index,
}));

/** A course of two hours at one column per minute, the same on every run. */
export function history(states: Readonly<Record<string, string>> = {}): HistoryColumns {
  const columns = 121;
  const timestamps = Array.from({ length: columns }, (_, index) => evaluatedAt - (columns - 1 - index) * 60_000);
  const column = (id: string, seed: number): number[] => {
    const now = values[id]!;
    const total = id.includes('total') || id.includes('used');
    return timestamps.map((_, index) => {
      const wave = Math.sin(index / 9 + seed) * 0.06 + Math.sin(index / 2.3 + 2 * seed) * 0.03;
      const flat = now < 20 && Number.isInteger(now);
      const value = total ? now * (0.9 + (0.1 * index) / columns) : flat ? now : now * (1 + wave);
      return Number(value.toPrecision(4));
    });
  };
  return {
    recorded_since: timestamps[0]!,
    timestamps,
    values: Object.fromEntries(Object.keys(values).map((id, seed) => [id, column(id, seed)])),
    states: Object.fromEntries(
      providers.map(({ name, state }) => [name, states[name] ?? (state === 'idle' ? 'i' : 'h').repeat(columns)]),
    ),
  };
}

export function models(count = 100, total = 18_000): ModelTable {
  return {
    ranking: 'requests',
    total,
    rows: Array.from({ length: count }, (_, index) => ({
      model: `${['gpt', 'claude', 'gemini', 'mistral', 'llama'][index % 5]}-${1 + (index % 9)}-${index}`,
      provider: names[index % 14]!,
      requests: Math.round(90_000 / (index + 1)),
      error_ratio: 0.002 * (index % 12),
      tokens: Math.round(120_000_000 / (index + 1)),
      credits: 420 / (index + 1),
      p95_seconds: 1 + 0.05 * (index % 40),
    })),
  };
}

/** A gateway that is well. */
export function wellDocument(change: Partial<ConsoleDocument> = {}): ConsoleDocument {
  return {
    build: '',
    status: 'ok',
    timestamp: evaluatedAt,
    age_seconds: 6,
    stale_limit_seconds: 300,
    verdict: { state: 'well', sentence: 'The gateway is well: all 14 active providers are healthy.' },
    sections,
    values,
    missing: {},
    stale: {},
    hour_before: { 'http.request_rate_per_minute': 4_700, 'http.error_rate': 1.1, 'http.avg_latency_ms': 900 },
    history: history(),
    providers,
    ...change,
  };
}
