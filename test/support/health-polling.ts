import { createHealthPoller, type HealthPoller } from '../../src/health-service/health-poller.js';
import type { Sample } from '../../src/model.js';
import { type HealthEndpoint, healthFamilies } from '../../src/presets/gatewayz/health-families.js';
import { FakeClock } from './fake-clock.js';
import { type FakeHealthService, startFakeHealthService } from './fake-health-service.js';
import { until } from './until.js';

/** What is seen of a Health Service; families by name without `gatewayz_` and `gatewayz_health_`. */
export interface Seen {
  /** Of the families that are present; with labels, by label value. */
  readonly values: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  /** Of those that are only kept, the age in seconds. */
  readonly kept: Readonly<Record<string, number>>;
  /** Of those that are not present. */
  readonly reasons: Readonly<Record<string, string>>;
}

export interface HealthPolling {
  readonly service: FakeHealthService;
  readonly clock: FakeClock;
  readonly poller: HealthPoller;
  firstCycle(): Promise<void>;
  nextCycle(count?: number): Promise<void>;
  /** Waits for the end of the cycle under way. */
  cycleEnd(): Promise<void>;
  seen(): Seen;
  endpointsUp(): Partial<Record<HealthEndpoint, boolean>>;
  /** The time as the text of a metric. */
  seconds(): string;
  close(): Promise<void>;
}

/** A fake Health Service and a poller of it that has not been started, with limits of 10 s a fetch and 300 s a value. */
export async function startHealthPolling(healthScrapeInterval = 30_000): Promise<HealthPolling> {
  const service = await startFakeHealthService();
  const clock = new FakeClock();
  const poller = createHealthPoller(
    { healthServiceUrl: service.url, healthScrapeInterval, healthTimeout: 10_000, metricsStaleLimit: 300_000 },
    clock,
  );
  let cycles = 0;

  // A cycle sets a timer for each of four fetches, and at its end one for the next cycle.
  const cycleEnd = async () => {
    cycles += 1;
    await until(() => clock.timersSet === 5 * cycles, { what: 'the cycle has ended', every: 1 });
  };
  return {
    service,
    clock,
    poller,
    cycleEnd,
    async firstCycle() {
      poller.start();
      await cycleEnd();
    },
    async nextCycle(count = 1) {
      for (let i = 0; i < count; i += 1) {
        await clock.advance(clock.timers[0] ?? 0);
        await cycleEnd();
      }
    },
    seen: () => look(poller, clock.now()),
    endpointsUp: () => Object.fromEntries(poller.state.endpointsUp()),
    seconds: () => String(clock.now() / 1000),
    async close() {
      await poller.stop();
      await service.close();
    },
  };
}

function look(poller: HealthPoller, now: number): Seen {
  const values: Record<string, string | Record<string, string>> = {};
  const kept: Record<string, number> = {};
  const reasons: Record<string, string> = {};
  for (const family of healthFamilies) {
    const outcome = poller.state.outcome(family);
    const name = family.name.replace(/^gatewayz_(health_)?/, '');
    if (outcome.state !== 'present') {
      reasons[name] = outcome.reason;
      continue;
    }
    const metrics = outcome.metrics as readonly Sample[];
    const label = family.labels[0];
    values[name] =
      label === undefined
        ? metrics.map(({ value }) => value).join()
        : Object.fromEntries(metrics.map(({ labels, value }) => [labels[label], value]));
    if (outcome.evaluationTime !== undefined) kept[name] = (now - outcome.evaluationTime) / 1000;
  }
  return { values, kept, reasons };
}

/** What the scenario `ok` says, endpoint by endpoint. */
export const okValues = {
  status: {
    monitoring_active: '1',
    availability_monitoring_active: '1',
    check_interval_seconds: '300',
    tracked_models: '342',
    tracked_providers: '16',
    tracked_gateways: '18',
    availability_cache_size: '512',
  },
  totals: {
    total_models: '10547',
    total_providers: '3012',
    total_gateways: '18',
    tracked_models_count: '100',
    active_incidents: '4',
  },
  statuses: { success: '87', error: '6', timeout: '4', rate_limited: '2', not_found: '1' },
  cache_available: { redis: '1', system_health: '1', providers_health: '1', models_health: '0' },
} as const;

export const allUp = { '/health': true, '/status': true, '/metrics': true, '/cache/stats': true } as const;
