import { must } from './must.mjs';

/** Fields that are never zero in the simulated gateway; `growing` never decrease. */
const neverZero = {
  http: ['total_requests', 'avg_latency_ms'],
  models: ['total_inference_requests', 'tokens_used_total', 'credits_used_total', 'avg_inference_latency_ms'],
  providers: ['total_providers', 'healthy_providers', 'avg_response_time_ms'],
  database: ['total_queries', 'avg_query_latency_ms', 'cache_hit_rate'],
  business: ['active_api_keys', 'active_subscriptions', 'active_trials', 'total_tokens_used', 'total_credits_used'],
  health: ['tracked_models', 'tracked_providers', 'tracked_gateways'],
};
const growing = [
  'http.total_requests',
  'models.total_inference_requests',
  'models.tokens_used_total',
  'database.total_queries',
];

/** Newest value of each growing field. */
const newest = new Map();

/** A summary with data: complete, without fake zeros, and never decreasing. */
export function judgeSummary(document, numbers) {
  const { timestamp, status, age_seconds: age, metrics, missing, stale } = document;
  must(['ok', 'partial', 'stale'].includes(status), 'ok, partial or stale', status);
  must(age >= 0, 'an age of 0 or more', age);
  must(Object.keys(metrics).join() === Object.keys(neverZero).join(), 'six sections', Object.keys(metrics));
  for (const [section, fields] of Object.entries(metrics)) {
    for (const [field, value] of Object.entries(fields)) judgeValue(`${section}.${field}`, value, missing, numbers);
    for (const field of neverZero[section])
      must(Number(fields[field]) !== 0 || fields[field] === null, 'no zero', { field });
  }
  if (status === 'ok') must(Object.keys(stale).length === 0, 'nothing stale while ok', stale);
  for (const [name, seconds] of Object.entries(stale)) must(seconds >= 0, `an age of ${name}`, seconds);
  const { models, business } = metrics;
  must(models.tokens_used_total === business.total_tokens_used, 'one number of tokens', { models, business });
  must(models.credits_used_total === business.total_credits_used, 'one number of credits', { models, business });
  judgeGrowth(Date.parse(timestamp), metrics, stale);
}

function judgeValue(name, value, missing, numbers) {
  const none = numbers ? value === null : value === 'N/A';
  must(none === name in missing, `${name} either with a value or missing with a reason`, value);
  if (none) must(missing[name].length > 0, `a reason for ${name}`, missing[name]);
  else
    must(
      typeof value === (numbers ? 'number' : 'string') && Number.isFinite(Number(value)),
      `a number for ${name}`,
      value,
    );
}

function judgeGrowth(at, metrics, stale) {
  for (const name of growing) {
    const [section, field] = name.split('.');
    const value = Number(metrics[section][field]);
    if (name in stale || Number.isNaN(value) || metrics[section][field] === null) continue;
    const last = newest.get(name);
    if (last && at > last.at) must(value >= last.value, `${name} of at least ${last.value}`, value);
    if (last && at < last.at) must(value <= last.value, `${name} of at most ${last.value}`, value);
    if (!last || at > last.at) newest.set(name, { at, value });
  }
}
