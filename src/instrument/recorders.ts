import type { Gauge } from 'prom-client';
import { exceptionType } from './exception-type.js';
import type { Instruments } from './instruments.js';
import type { Intake } from './intake.js';

/** One request to a provider. What is left out is not recorded. */
export interface Inference {
  readonly provider: string;
  readonly model: string;
  /** `success`; anything else counts as an error: `error`, `timeout`, `rate_limited`, … Up to 20 different ones. */
  readonly status: string;
  /** Time until the last byte; leave it out where the provider was never reached. */
  readonly seconds?: number | undefined;
  /** Time until the first chunk of a stream. */
  readonly firstChunkSeconds?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly credits?: number | undefined;
}

export interface ProviderHealth {
  readonly provider: string;
  /** `true`, `false`, or a share from 0 to 1. */
  readonly availability: boolean | number;
  /** From 0 to 1; left out, the gauge keeps what it has, and without one the error rate is derived from the inferences. */
  readonly errorRate?: number | undefined;
}

export interface Recorders {
  recordInference(inference: Inference): void;
  recordDatabaseQuery(query: { readonly table: string; readonly operation: string; readonly seconds: number }): void;
  recordCacheLookup(lookup: { readonly cache: string; readonly hit: boolean }): void;
  setCacheSize(size: { readonly cache: string; readonly bytes: number }): void;
  setProviderHealth(health: ProviderHealth): void;
  /** Only those of status `active` appear in the summary. */
  setActiveApiKeys(status: string, count: number): void;
  /** Only those of status `active` appear in the summary. */
  setTrials(status: string, count: number): void;
  /** Active ones only; a plan whose last subscription ended needs a 0. */
  setSubscriptions(subscriptions: {
    readonly planType: string;
    readonly billingCycle: string;
    readonly count: number;
  }): void;
  /** An error, or the name of its type. The Fastify plugin and `expressErrors` call it themselves. */
  recordException(error: unknown): void;
}

export function createRecorders(instruments: Instruments, intake: Intake, appName: string): Recorders {
  const { guard, label, amount } = intake;
  /** Passes on a value that was given and is right. */
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
      const model = intake.model(call, provider, inference.model);
      const status = label(call, 'status', inference.status);
      if (model === undefined || status === undefined) return;
      const pair = { provider, model };
      instruments.inferences.inc({ ...pair, status });
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
      if (typeof lookup.hit !== 'boolean') intake.reject(`${call}.hit`);
      else if (cache_name !== undefined) {
        // Both, so that a cache that always hits has a rate.
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
