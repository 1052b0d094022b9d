import { createServer } from 'node:http';
import { type Clock, systemClock } from '../../clock.js';
import { createRandom } from './gateway/random.js';
import type { SimulatedServer } from './gateway/simulated-gateway.js';
import { closeServer, listenOnLoopback } from './listen-on-loopback.js';

export interface SimulatedHealthServiceOptions {
  /** The same seed gives the same values at the same time since the start. */
  readonly seed: number;
  /** Port on 127.0.0.1; default: a free port. */
  readonly port?: number;
  readonly clock?: Clock;
}

/** Milliseconds between changes of the values. */
const period = 10_000;

/** Starts a Health Service with its four endpoints. Values change every ten seconds; a status may disappear. */
export async function startSimulatedHealthService(options: SimulatedHealthServiceOptions): Promise<SimulatedServer> {
  const { seed, port = 0, clock = systemClock } = options;
  const startedAt = clock.now();

  const now = () => {
    const periods = Math.floor((clock.now() - startedAt) / period);
    return { ...valuesOf(seed, periods), timestamp: new Date(clock.now()).toISOString() };
  };
  const service = 'health-monitor';
  const monitor_type = 'intelligent';

  const health = () => ({ status: 'healthy', service, timestamp: now().timestamp });
  const status = () => {
    const { modelsTracked, availabilityCache, timestamp } = now();
    return {
      status: 'running',
      service,
      monitor_type,
      health_monitoring_active: true,
      availability_monitoring_active: true,
      models_tracked: modelsTracked,
      providers_tracked: 16,
      gateways_tracked: 18,
      availability_cache_size: availabilityCache,
      health_check_interval: 300,
      timestamp,
    };
  };
  const metrics = () => {
    const { totalModels, distribution, incidents, responseMs, timestamp } = now();
    return {
      monitoring_active: true,
      monitor_type,
      models_sample: [
        {
          model: 'alder/heron-base',
          provider: 'alder',
          gateway: 'alder',
          last_status: 'success',
          last_called_at: timestamp,
          last_response_time_ms: responseMs,
        },
      ],
      total_models: totalModels,
      total_providers: 3012,
      total_gateways: 18,
      tracked_models: 100,
      status_distribution: distribution,
      active_incidents: incidents,
      last_check: timestamp,
    };
  };
  const cacheStats = () => {
    const { modelsCached, timestamp } = now();
    return {
      cache_available: true,
      system_health_cached: true,
      providers_health_cached: true,
      models_health_cached: modelsCached,
      timestamp,
    };
  };

  const bodies = new Map<string, () => object>([
    ['/health', health],
    ['/status', status],
    ['/metrics', metrics],
    ['/cache/stats', cacheStats],
  ]);
  const server = createServer((request, response) => {
    const body = bodies.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body?.() ?? { error: 'not found' }));
  });
  const listening = await listenOnLoopback(server, port);
  let closed: Promise<void> | undefined;
  return { url: `http://127.0.0.1:${listening}`, port: listening, close: () => (closed ??= closeServer(server)) };
}

function valuesOf(seed: number, periods: number) {
  const random = createRandom(seed + periods * 7919);
  const drift = Math.sin(periods / 20);
  const failures = {
    error: random.count(6),
    timeout: random.count(3),
    rate_limited: random.count(1.5),
    not_found: random.count(0.7),
  };
  const counted = Object.entries(failures).filter(([, count]) => count > 0);
  const failed = counted.reduce((total, [, count]) => total + count, 0);
  return {
    modelsTracked: 342 + Math.round(6 * drift),
    availabilityCache: 512 + Math.round(20 * drift),
    totalModels: 10_547 + Math.floor(periods / 6),
    distribution: { success: 100 - failed, ...Object.fromEntries(counted) },
    incidents: 1 + random.count(3),
    responseMs: Math.round(random.duration(800) * 10) / 10,
    modelsCached: random.chance(0.7),
  };
}
