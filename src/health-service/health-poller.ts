import { type Clock, systemClock, type Timer } from '../clock.js';
import { healthEndpoints } from '../presets/gatewayz/health-families.js';
import { createHealthClient } from './health-client.js';
import type { HealthSettings } from './health-settings.js';
import { HealthState } from './health-state.js';

export interface HealthPoller {
  /** Polls now, and then every HEALTH_SCRAPE_INTERVAL. Does nothing the second time or after `stop`. */
  start(): void;
  /** Ends polling for good, breaking off what is under way; resolves when nothing is left. May be called twice. */
  stop(): Promise<void>;
  /** Resolves when the first cycle has ended, or polling has been stopped. */
  readonly polled: Promise<void>;
  readonly state: Omit<HealthState, 'record'>;
}

/**
 * Asks the Health Service's four endpoints at once, cycle after cycle. Cycles start one interval apart and never overlap;
 * one that takes longer delays the next. What an endpoint answers counts as soon as it answers.
 */
export function createHealthPoller(settings: HealthSettings, clock: Clock = systemClock): HealthPoller {
  const client = createHealthClient(settings, clock);
  const state = new HealthState(settings.metricsStaleLimit, clock);
  const stopping = new AbortController();
  const { signal } = stopping;
  let timer: Timer | undefined;
  let cycle: Promise<void> | undefined;
  let reportPolled!: () => void;
  const polled = new Promise<void>((resolve) => {
    reportPolled = resolve;
  });

  async function poll(): Promise<void> {
    const startedAt = clock.now();
    await Promise.all(
      healthEndpoints.map(async (endpoint) => {
        const answer = await client.ask(endpoint, signal);
        if (!signal.aborted) state.record(endpoint, answer);
      }),
    );
    reportPolled();
    if (signal.aborted) return;
    // Not below zero: the clock may have been set back meanwhile.
    const elapsed = Math.max(0, clock.now() - startedAt);
    timer = clock.setTimeout(
      () => {
        cycle = poll();
      },
      Math.max(0, settings.healthScrapeInterval - elapsed),
    );
  }

  return {
    start() {
      if (!signal.aborted) cycle ??= poll();
    },
    async stop() {
      stopping.abort();
      timer?.cancel();
      reportPolled();
      await cycle;
      await client.close();
    },
    polled,
    state,
  };
}
