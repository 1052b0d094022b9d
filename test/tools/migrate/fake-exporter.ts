import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { healthFamilies } from '../../../src/presets/gatewayz/health-families.js';

export interface FakeExporter {
  readonly port: number;
  close(): Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;

/**
 * An imitation of the retired exporter, with what it did wrong: endpoints one after the other, only `/health` for
 * `service_up`, old values after a failure, zeros for what an answer does not have, labels for ever, few errors counted.
 */
export async function startFakeExporter(healthServiceUrl: string, interval: number): Promise<FakeExporter> {
  const values = new Map<string, number>();
  for (const { name, labels } of healthFamilies) if (labels.length === 0) values.set(name, 0);
  const set = (name: string, value: unknown) => {
    if (typeof value !== 'number' && typeof value !== 'boolean') throw new TypeError(`${name} is no number`);
    values.set(name, Number(value));
  };
  const failed = () => set(errors, (values.get(errors) ?? 0) + 1);
  const stopping = new AbortController();

  const cycle = async () => {
    let isAnyGood = false;
    for (const [path, read] of Object.entries(readers)) {
      const body = await fetchBody(healthServiceUrl + path, stopping.signal);
      if (path === '/health') set('gatewayz_health_service_up', body === undefined ? 0 : 1);
      if (body === undefined) continue;
      try {
        read(body, set);
        isAnyGood = true;
      } catch {
        failed();
      }
    }
    if (isAnyGood) set('gatewayz_health_service_last_successful_scrape', Date.now() / 1000);
    else failed();
  };
  const polling = (async () => {
    while (!stopping.signal.aborted) {
      await cycle();
      await delay(interval, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end([...values].map(([series, value]) => `${series} ${value}\n`).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      stopping.abort();
      await polling;
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const errors = 'gatewayz_health_service_scrape_errors_total';

/** By path, what an answer sets; what throws leaves the rest unread. */
const readers: Readonly<Record<string, (body: Body, set: (name: string, value: unknown) => void) => void>> = {
  '/health': () => {},
  '/status': (body, set) => {
    set('gatewayz_health_monitoring_active', body['health_monitoring_active'] ?? false);
    set('gatewayz_availability_monitoring_active', body['availability_monitoring_active'] ?? false);
    for (const kind of ['models', 'providers', 'gateways']) {
      const given = body[`${kind}_tracked`];
      set(`gatewayz_health_tracked_${kind}`, given === undefined ? 0 : given);
    }
    set('gatewayz_availability_cache_size', body['availability_cache_size'] ?? 0);
    set('gatewayz_health_check_interval_seconds', body['health_check_interval'] ?? 300);
  },
  '/metrics': (body, set) => {
    for (const field of ['total_models', 'total_providers', 'total_gateways', 'active_incidents']) {
      set(`gatewayz_health_${field}`, body[field] ?? 0);
    }
    set('gatewayz_health_tracked_models_count', body['tracked_models'] ?? 0);
    for (const [status, count] of Object.entries((body['status_distribution'] ?? {}) as Body)) {
      set(`gatewayz_health_status_distribution{status="${status}"}`, count);
    }
  },
  '/cache/stats': (body, set) => {
    set('gatewayz_health_cache_available{cache_type="redis"}', body['cache_available'] ?? false);
    for (const type of ['system_health', 'providers_health', 'models_health']) {
      set(`gatewayz_health_cache_available{cache_type="${type}"}`, body[`${type}_cached`] ?? false);
    }
  },
};

/** Nothing for an error status, and for an empty object. */
async function fetchBody(url: string, signal: AbortSignal): Promise<Body | undefined> {
  try {
    const response = await fetch(url, { signal });
    const body = (await response.json()) as Body;
    return response.ok && Object.keys(body).length > 0 ? body : undefined;
  } catch {
    return undefined;
  }
}
