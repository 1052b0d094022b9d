import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.js';
import { createHealthCollector } from '../health-service/health-collector.js';
import { createHealthPoller } from '../health-service/health-poller.js';
import type { Collector } from '../model.js';
import type { Settings } from '../settings/read-settings.js';

/** The Health Service while it is polled. */
export interface HealthSource {
  readonly collector: Collector;
  /** By endpoint of the Health Service, of those that were asked: whether the last answer was good. */
  readonly endpointsUp: () => ReadonlyMap<string, boolean>;
  readonly stop: () => Promise<void>;
}

/** Milliseconds that the first answers wait for the Health Service: a slow one must not hold up what Prometheus says. */
const firstPollWait = 2_000;

/** Polling begins at once. */
export function startHealthSource(settings: Settings, healthServiceUrl: string, clock: Clock): HealthSource {
  const poller = createHealthPoller({ ...settings, healthServiceUrl }, clock);
  poller.start();
  return {
    collector: waitingOnlyAtFirst(createHealthCollector(poller), clock),
    endpointsUp: () => poller.state.endpointsUp(),
    stop: () => poller.stop(),
  };
}

/** The first poll is waited for as long as the limit allows, counted from now, and nothing later. */
function waitingOnlyAtFirst(collector: Collector, clock: Clock): Collector {
  const waited = new AbortController();
  // Every scrape that comes meanwhile waits: more than ten listeners are no leak.
  setMaxListeners(0, waited.signal);
  clock.setTimeout(() => waited.abort(), firstPollWait);
  return { ...collector, collect: (instant, rows) => collector.collect(instant, rows, waited.signal) };
}
