import { rateOf, shareOf } from './expressions.js';

/** What the service promises; burn rates are measured against it. */
export interface Objectives {
  /** Percent of HTTP requests that are not answered with 5xx. */
  readonly availability: number;
  /** Percent of inference requests that take at most `latencySeconds`. */
  readonly latency: number;
  /** A bound of the buckets of `model_inference_duration_seconds`; with any other number there is no value. */
  readonly latencySeconds: number;
}

export const defaultObjectives: Objectives = { availability: 99.5, latency: 95, latencySeconds: 10 };

/** How often the allowed share of failures a window had: 1 uses up the budget exactly. */
export function errorBurn({ availability }: Objectives, window: string): string {
  return `${shareOf('fastapi_requests_total', 'status_code=~"5.."', { window })} / ${budget(availability)}`;
}

export function latencyBurn({ latency, latencySeconds }: Objectives, window: string): string {
  const metric = 'model_inference_duration_seconds';
  // Some clients write the bound 10 as 10.0.
  const bound = Number.isInteger(latencySeconds) ? `le=~"${latencySeconds}([.]0)?"` : `le="${latencySeconds}"`;
  const fast = rateOf(`${metric}_bucket`, { matchers: bound, window });
  return `(1 - ${fast} / (${rateOf(`${metric}_count`, { window })} > 0)) / ${budget(latency)}`;
}

function budget(percent: number): string {
  return String(Number(((100 - percent) / 100).toPrecision(12)));
}

/**
 * The lower of a long and a short window's burn rate: what both have. No value unless both have one: a failure that is over
 * ends the alert with the short window.
 */
export function sustained(longer: string, shorter: string): string {
  return `clamp_max(${longer}, scalar(${shorter})) >= 0`;
}

/**
 * Credits of the last hour relative to the same hour of yesterday or of a week ago, whichever had more; 1 while neither had
 * any, because nothing can be said then.
 */
export function creditsAgainstBaseline(): string {
  const hour = (offset: string): string => `sum(rate(credits_used_total[1h]${offset}))`;
  const [now, yesterday, lastWeek] = [hour(''), hour(' offset 1d'), hour(' offset 7d')];
  return `${now} / ((${yesterday} > ${lastWeek} or ${lastWeek} or ${yesterday}) > 0 or ${now} > 0)`;
}

/** Credits charged per 1000 tokens. */
export function creditsPerThousandTokens(by: readonly string[], window: string): string {
  return `1000 * ${rateOf('credits_used_total', { by, window })} / (${rateOf('tokens_used_total', { by, window })} > 0)`;
}
