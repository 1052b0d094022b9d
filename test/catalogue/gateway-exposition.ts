/** A gateway whose counters go on from `base`. */
export function gatewayExposition(base: number, scrapes: number): string {
  const requests = base + 30 * scrapes;
  return [
    `fastapi_requests_total{path="/a",status_code="200"} ${requests}`,
    `fastapi_requests_total{path="/a",status_code="500"} ${scrapes}`,
    `fastapi_requests_in_progress 4`,
    `fastapi_requests_duration_seconds_bucket{le="1.0"} ${requests}`,
    `fastapi_requests_duration_seconds_bucket{le="+Inf"} ${requests + scrapes}`,
    `fastapi_requests_duration_seconds_sum ${requests / 4}`,
    `fastapi_requests_duration_seconds_count ${requests + scrapes}`,
    `model_inference_requests_total{model="m",provider="p",status="success"} ${requests}`,
    `model_inference_requests_total{model="m",provider="p",status="error"} ${3 * scrapes}`,
    `model_inference_duration_seconds_bucket{model="m",provider="p",le="10"} ${requests}`,
    `model_inference_duration_seconds_bucket{model="m",provider="p",le="+Inf"} ${requests}`,
    `model_inference_duration_seconds_sum{model="m",provider="p"} ${requests * 2}`,
    `model_inference_duration_seconds_count{model="m",provider="p"} ${requests}`,
    `tokens_used_total{model="m",provider="p"} ${requests * 100}`,
    `credits_used_total{model="m",provider="p"} ${requests / 8}`,
    `active_api_keys{status="active"} 234`,
    `subscription_count{plan_type="pro"} 45`,
    `trial_active 12`,
    `database_query_duration_seconds_sum ${requests / 100}`,
    `database_query_duration_seconds_count ${requests}`,
    `cache_hits_total ${requests}`,
    `cache_misses_total ${scrapes}`,
    `cache_size_bytes 1000`,
    '',
  ].join('\n');
}
