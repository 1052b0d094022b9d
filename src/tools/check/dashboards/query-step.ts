import { formatDuration, parseDuration } from '../../../duration.js';
import type { Window } from '../diagnose/prometheus-api.js';
import type { Resolved } from './interpolate.js';

/** What Grafana assumes of a datasource that does not say how often its Prometheus scrapes. */
export const usualScrapeInterval = 15_000;

/** Prometheus refuses a series of more points. */
const mostPoints = 11_000;

/** Grafana's steps, in milliseconds. A value between two rounds to the nearer one; from half a day on, to the smaller one. */
const steps: readonly number[] = [
  ...[1, 2, 5, 10, 15, 20, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600_000),
  ...[1, 7, 30, 365].map((days) => days * 86_400_000),
];

function rounded(milliseconds: number): number {
  const upper = steps.findIndex((step) => step > milliseconds);
  if (upper === -1) return steps.at(-1)!;
  const [below = 1000, above = 1000] = [steps[upper - 1], steps[upper]];
  return below >= 12 * 3_600_000 || milliseconds - below < above - milliseconds ? below : above;
}

export interface StepRequest {
  readonly window: Window;
  readonly points: number;
  /** As written, such as `1m` or `>10s`, variables filled in; empty for the datasource's own. */
  readonly minStep: string;
  readonly intervalFactor: number;
}

export interface Step {
  /** Milliseconds between two points. */
  readonly step: number;
  /** The built-in variables that follow from it. */
  readonly variables: ReadonlyMap<string, Resolved>;
}

/** The step of a range query, and the built-in variables that depend on it. */
export function queryStep({ window, points, minStep, intervalFactor }: StepRequest): Step {
  const range = window.to - window.from;
  const scrape = parseDuration(minStep.replace(/^[>=]+/, '')) || usualScrapeInterval;
  const interval = Math.max(rounded(range / Math.max(1, points)), scrape, rounded(range / mostPoints));
  const step = interval * Math.max(1, intervalFactor);
  const rate = Math.max(interval + scrape, 4 * scrape);
  const seconds = Math.round(range / 1000);
  const texts = {
    __interval: formatDuration(step),
    __interval_ms: String(step),
    __rate_interval: formatDuration(rate),
    __rate_interval_ms: String(rate),
    __range: `${seconds}s`,
    __range_s: String(seconds),
    __range_ms: String(range),
    __from: String(window.from),
    __to: String(window.to),
  };
  const variables = new Map(
    Object.entries(texts).map(([name, value]) => [name, { value, several: false, verbatim: true }]),
  );
  return { step, variables };
}

/** The step of an interval variable that adapts itself: a part of the range, but not less than its least. */
export function autoInterval({ from, to }: Window, count: number, least: string): string {
  const minimum = parseDuration(least.replace(/^[>=]+/, '')) ?? 0;
  return formatDuration(Math.max(rounded((to - from) / Math.max(1, count)), minimum));
}
