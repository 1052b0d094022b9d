import { batch, computed, signal } from '@preact/signals';
import type { ConsoleDocument, ModelTable, SectionDescription, Verdict } from '../../src/history/console-document.js';
import { formatAge } from './format.js';
import { type Arrival, ageOf, type Freshness, freshnessOf } from './freshness.js';
import { type History, mergeHistory, noHistory } from './history.js';

/** Why the last request had no good response. */
export type Problem =
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'token'; readonly rejected: boolean }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unavailable'; readonly message: string }
  | { readonly kind: 'unexpected'; readonly status: number };

export const latest = signal<ConsoleDocument | undefined>(undefined);
export const sections = signal<readonly SectionDescription[]>([]);
export const recorded = signal<History>(noHistory);
export const models = signal<ModelTable | undefined>(undefined);
export const problem = signal<Problem | undefined>(undefined);
export const upgraded = signal(false);
export const slowed = signal(false);
/** Set when the page may have slept: values look old until the next response. */
export const suspect = signal(false);

const arrival = signal<Arrival | undefined>(undefined);
const now = signal({ wall: Date.now(), monotonic: performance.now() });

/** Age of the values in seconds. */
export const age = computed(() =>
  arrival.value === undefined ? undefined : ageOf(arrival.value, now.value.wall, now.value.monotonic),
);

export const freshness = computed<Freshness | undefined>(() => {
  if (arrival.value === undefined || age.value === undefined) return undefined;
  const found = freshnessOf(arrival.value, age.value);
  const looksOld = suspect.value || latest.value?.status === 'stale' || problem.value !== undefined;
  return found === 'fresh' && looksOld ? 'old' : found;
});

export const verdict = computed<Verdict>(() => {
  const document = latest.value;
  const failed = problem.value;
  if (failed?.kind === 'token') return unknown('a token is required');
  if (failed?.kind === 'refused') return unknown(`access is denied (${failed.message})`);
  if (failed?.kind === 'unavailable') return unknown(failed.message.replace(/\.$/, ''));
  if (failed?.kind === 'busy' && freshness.value !== 'fresh') return unknown('the metrics service limits requests');
  if (failed?.kind === 'unexpected') return unknown(`the metrics service failed (HTTP ${failed.status})`);
  if (failed?.kind === 'unreachable') return unknown('the metrics service does not respond');
  if (document === undefined || age.value === undefined) return { state: 'unknown', sentence: 'Loading…' };
  if (freshness.value === 'expired' || (freshness.value === 'old' && document.status !== 'stale')) {
    return unknown(`the values are ${formatAge(age.value)} old`);
  }
  return document.verdict;
});

function unknown(reason: string): Verdict {
  return { state: 'unknown', sentence: `Cannot tell: ${reason}.` };
}

/** Values may be shown: marked if they are old, not at all once they have expired or access has ended. */
export const shown = computed(() => {
  const kind = problem.value?.kind;
  return freshness.value === 'expired' || kind === 'token' || kind === 'refused' ? undefined : latest.value;
});

export function tick(): void {
  now.value = { wall: Date.now(), monotonic: performance.now() };
}

/** Takes a response. One that is older than what is shown adds to the history only: another replica may have sent it. */
export function accept(document: ConsoleDocument, nextSeconds: number, build: string): void {
  const wall = Date.now();
  const monotonic = performance.now();
  batch(() => {
    now.value = { wall, monotonic };
    recorded.value = mergeHistory(recorded.value, document.history);
    if (document.sections) sections.value = document.sections;
    if (document.models) models.value = document.models;
    upgraded.value = build !== '' && document.build !== '' && document.build !== build;
    problem.value = undefined;
    const before = latest.value;
    const shownAge = age.value;
    // Behind the values that are shown, by less than their own age: not news.
    const older = before !== undefined && document.timestamp < before.timestamp;
    if (older && shownAge !== undefined && shownAge < document.age_seconds) return;
    suspect.value = false;
    latest.value = document;
    arrival.value = {
      wall,
      monotonic,
      ageSeconds: document.age_seconds,
      nextSeconds,
      staleLimitSeconds: document.stale_limit_seconds,
    };
  });
}

/** Forgets all that was shown, when access has ended. */
export function clear(): void {
  batch(() => {
    latest.value = undefined;
    arrival.value = undefined;
    sections.value = [];
    recorded.value = noHistory;
    models.value = undefined;
  });
}
