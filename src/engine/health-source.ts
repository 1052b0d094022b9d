import type { Clock } from '../clock.js';
import { createHealthCollector } from '../health-service/health-collector.js';
import { createHealthPoller } from '../health-service/health-poller.js';
import type { Collector } from '../model.js';
import type { Settings } from '../settings/read-settings.js';

/** The polled Health Service. */
export interface HealthSource {
  /** Returns the last polled values. Waits for the first poll, up to `firstPollWait`. */
  readonly collector: Collector;
  /** Returns the last polled values at once. */
  readonly polled: Collector;
  /** By Health Service endpoint: whether its last response was valid. */
  readonly endpointsUp: () => ReadonlyMap<string, boolean>;
  readonly close: () => Promise<void>;
}

/** Milliseconds. A slow Health Service must not delay the values of Prometheus. */
const firstPollWait = 2_000;

/** Starts polling at once. */
export function startHealthSource(settings: Settings, healthServiceUrl: string, clock: Clock): HealthSource {
  const poller = createHealthPoller({ ...settings, healthServiceUrl }, clock);
  poller.start();
  const polled = createHealthCollector(poller);
  const firstPoll = Promise.race([
    poller.polled,
    new Promise<void>((resolve) => {
      clock.setTimeout(resolve, firstPollWait);
    }),
  ]);
  return {
    polled,
    collector: {
      ...polled,
      async collect(evaluationTime, rows, signal) {
        await firstPoll;
        return polled.collect(evaluationTime, rows, signal);
      },
    },
    endpointsUp: () => poller.state.endpointsUp(),
    close: () => poller.stop(),
  };
}
