import { rateOf, shareOf } from '../queries/expressions.js';

/** Service level objectives; burn rates are relative to them. */
export interface Objectives {
  /** Percentage of HTTP requests without 5xx. */
  readonly availability: number;
  /** Percentage of inference requests within `latencySeconds`. */
  readonly latency: number;
  /** Must be a bucket bound of `model_inference_duration_seconds`; otherwise there is no value. */
  readonly latencySeconds: number;
}

export const defaultObjectives: Objectives = { availability: 99.5, latency: 95, latencySeconds: 10 };

/** Burn rate of the availability error budget: failures relative to the allowed ratio; 1 consumes the budget exactly. */
export function errorBurn({ availability }: Objectives, window: string): string {
  return `${shareOf('fastapi_requests_total', 'status_code=~"5.."', { window })} / ${budget(availability)}`;
}

export function latencyBurn({ latency, latencySeconds }: Objectives, window: string): string {
  const metric = 'model_inference_duration_seconds';
  // Some client libraries write the bound 10 as 10.0.
  const bound = Number.isInteger(latencySeconds) ? `le=~"${latencySeconds}([.]0)?"` : `le="${latencySeconds}"`;
  const fast = rateOf(`${metric}_bucket`, { matchers: bound, window });
  return `(1 - ${fast} / (${rateOf(`${metric}_count`, { window })} > 0)) / ${budget(latency)}`;
}

function budget(percent: number): string {
  return String(Number(((100 - percent) / 100).toPrecision(12)));
}

/** Minimum of the burn rates of a long and a short window; the short window resolves the alert soon after recovery. */
export function sustained(longer: string, shorter: string): string {
  return `clamp_max(${longer}, scalar(${shorter})) >= 0`;
}

/** Credits of the last hour relative to the same hour one day or one week ago, whichever was higher; 1 without a baseline. */
export function creditsAgainstBaseline(): string {
  const hour = (offset: string): string => `sum(rate(credits_used_total[1h]${offset}))`;
  const [now, yesterday, lastWeek] = [hour(''), hour(' offset 1d'), hour(' offset 7d')];
  return `${now} / ((${yesterday} > ${lastWeek} or ${lastWeek} or ${yesterday}) > 0 or ${now} > 0)`;
}

/** Credits charged per 1000 tokens. */
export function creditsPerThousandTokens(by: readonly string[], window: string): string {
  return `1000 * ${rateOf('credits_used_total', { by, window })} / (${rateOf('tokens_used_total', { by, window })} > 0)`;
}
