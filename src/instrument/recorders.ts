import type { Gauge } from 'prom-client';
import { exceptionType } from './exceptions.js';
import type { InputValidator } from './input-validator.js';
import type { Instruments } from './instruments.js';

/** One inference request to a provider. Omitted fields are not recorded. */
export interface Inference {
  readonly provider: string;
  readonly model: string;
  /** `success`; anything else is an error: `error`, `timeout`, `rate_limited`, … At most 20 different values. */
  readonly status: string;
  /** Duration to the last byte; omit it if the provider was never reached. */
  readonly seconds?: number | undefined;
  /** Time to the first chunk of a stream. */
  readonly firstChunkSeconds?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly credits?: number | undefined;
}

export interface ProviderHealth {
  readonly provider: string;
  /** `true`, `false`, or a ratio from 0 to 1. */
  readonly availability: boolean | number;
  /** 0 to 1. If omitted, the gauge is unchanged; if never set, the error rate is derived from the inference requests. */
  readonly errorRate?: number | undefined;
}

export interface Recorders {
  /**
   * Records one inference request, once, when it has ended or failed.
   *
   * @example
   * recordInference({ provider: 'openai', model: 'gpt-4o', status: 'success', seconds: 1.8, inputTokens: 420, outputTokens: 96 });
   */
  recordInference(inference: Inference): void;
  /**
   * Records one database query.
   *
   * @example
   * recordDatabaseQuery({ table: 'users', operation: 'select', seconds: 0.004 });
   */
  recordDatabaseQuery(query: { readonly table: string; readonly operation: string; readonly seconds: number }): void;
  /**
   * Records one cache lookup.
   *
   * @example
   * recordCacheLookup({ cache: 'auth', hit: true });
   */
  recordCacheLookup(lookup: { readonly cache: string; readonly hit: boolean }): void;
  /**
   * Sets the current size of a cache.
   *
   * @example
   * setCacheSize({ cache: 'auth', bytes: 4096 });
   */
  setCacheSize(size: { readonly cache: string; readonly bytes: number }): void;
  /**
   * Sets what the gateway itself knows about a provider; without it, provider health is derived from the inference requests.
   *
   * @example
   * setProviderHealth({ provider: 'openai', availability: true, errorRate: 0.02 });
   */
  setProviderHealth(health: ProviderHealth): void;
  /**
   * Sets the number of API keys with a status; the summary shows `active`.
   *
   * @example
   * setActiveApiKeys('active', 234);
   */
  setActiveApiKeys(status: string, count: number): void;
  /**
   * Sets the number of trials with a status; the summary shows `active`.
   *
   * @example
   * setTrials('active', 12);
   */
  setTrials(status: string, count: number): void;
  /**
   * Sets the number of active subscriptions of a plan. Set 0 when the last one has ended.
   *
   * @example
   * setSubscriptions({ planType: 'pro', billingCycle: 'monthly', count: 45 });
   */
  setSubscriptions(subscriptions: {
    readonly planType: string;
    readonly billingCycle: string;
    readonly count: number;
  }): void;
  /**
   * Counts an exception by its type, given an error or a type name. The Fastify plugin and `expressErrors` call it already.
   *
   * @example
   * recordException(error);
   */
  recordException(error: unknown): void;
}

export function createRecorders(instruments: Instruments, validator: InputValidator, appName: string): Recorders {
  const { guard, label, amount } = validator;
  /** Calls `use` with a value that is present and valid. */
  const given = (call: string, field: string, value: unknown, use: (value: number) => void, max?: number) => {
    const checked = value === undefined ? undefined : amount(call, field, value, max);
    if (checked !== undefined) use(checked);
  };
  const byStatus = (call: string, gauge: Gauge<'status'>) =>
    guard(call, (value: string, count: number) => {
      const status = label(call, 'status', value);
      const checked = amount(call, 'count', count);
      if (status !== undefined && checked !== undefined) gauge.set({ status }, checked);
    });

  return {
    recordInference: guard('recordInference', (inference) => {
      const call = 'recordInference';
      const provider = label(call, 'provider', inference.provider);
      if (provider === undefined) return;
      const model = validator.model(call, provider, inference.model);
      const status = label(call, 'status', inference.status);
      if (model === undefined || status === undefined) return;
      const pair = { provider, model };
      instruments.inferences.inc({ ...pair, status });
      // The error series exists before the first error; otherwise rate() would miss that.
      instruments.inferences.inc({ ...pair, status: 'error' }, 0);
      given(call, 'seconds', inference.seconds, (seconds) => {
        instruments.inferenceSeconds.observe(pair, seconds);
        instruments.providerSeconds.observe({ provider }, seconds);
        instruments.providerResponseSeconds.observe({ ...pair, status }, seconds);
      });
      given(call, 'firstChunkSeconds', inference.firstChunkSeconds, (seconds) =>
        instruments.firstChunkSeconds.observe(pair, seconds),
      );
      given(call, 'inputTokens', inference.inputTokens, (count) =>
        instruments.tokens.inc({ ...pair, token_type: 'input' }, count),
      );
      given(call, 'outputTokens', inference.outputTokens, (count) =>
        instruments.tokens.inc({ ...pair, token_type: 'output' }, count),
      );
      given(call, 'credits', inference.credits, (credits) => instruments.credits.inc(pair, credits));
    }),

    recordDatabaseQuery: guard('recordDatabaseQuery', (query) => {
      const call = 'recordDatabaseQuery';
      const table = label(call, 'table', query.table);
      const operation = label(call, 'operation', query.operation);
      if (table === undefined || operation === undefined) return;
      instruments.databaseQueries.inc({ table, operation });
      const seconds = amount(call, 'seconds', query.seconds);
      if (seconds !== undefined) instruments.databaseSeconds.observe({ table }, seconds);
    }),

    recordCacheLookup: guard('recordCacheLookup', (lookup) => {
      const call = 'recordCacheLookup';
      const cache_name = label(call, 'cache_name', lookup.cache);
      if (typeof lookup.hit !== 'boolean') validator.reject(`${call}.hit`);
      else if (cache_name !== undefined) {
        // Both series exist from the first lookup, so that a cache that always hits has a rate.
        instruments.cacheHits.inc({ cache_name }, lookup.hit ? 1 : 0);
        instruments.cacheMisses.inc({ cache_name }, lookup.hit ? 0 : 1);
      }
    }),

    setCacheSize: guard('setCacheSize', ({ cache, bytes }) => {
      const cache_name = label('setCacheSize', 'cache_name', cache);
      const size = amount('setCacheSize', 'bytes', bytes);
      if (cache_name !== undefined && size !== undefined) instruments.cacheBytes.set({ cache_name }, size);
    }),

    setProviderHealth: guard('setProviderHealth', (health) => {
      const call = 'setProviderHealth';
      const provider = label(call, 'provider', health.provider);
      if (provider === undefined) return;
      const available = typeof health.availability === 'boolean' ? Number(health.availability) : health.availability;
      const availability = amount(call, 'availability', available, 1);
      if (availability !== undefined) instruments.providerAvailability.set({ provider }, availability);
      given(call, 'errorRate', health.errorRate, (rate) => instruments.providerErrorRate.set({ provider }, rate), 1);
    }),

    setActiveApiKeys: byStatus('setActiveApiKeys', instruments.apiKeys),
    setTrials: byStatus('setTrials', instruments.trials),

    setSubscriptions: guard('setSubscriptions', ({ planType, billingCycle, count }) => {
      const call = 'setSubscriptions';
      const plan_type = label(call, 'plan_type', planType);
      const billing_cycle = label(call, 'billing_cycle', billingCycle);
      const subscriptions = amount(call, 'count', count);
      if (plan_type === undefined || billing_cycle === undefined || subscriptions === undefined) return;
      instruments.subscriptions.set({ plan_type, billing_cycle }, subscriptions);
    }),

    recordException: guard('recordException', (error) => {
      const exception_type = label('recordException', 'exception_type', exceptionType(error));
      if (exception_type !== undefined) instruments.exceptions.inc({ app_name: appName, exception_type });
    }),
  };
}
