/**
 * Series of a gateway: two statuses, nine buckets and two token types for every pair of provider and model. The number of routes is
 * chosen so that 30 × 600 pairs make 298,000 series.
 *
 * @typedef {object} Series
 * @property {string} name
 * @property {string} labels Without braces.
 * @property {number} base Value at the start.
 * @property {number} perSecond
 */

const inferenceBounds = ['0.1', '0.5', '1.0', '2.5', '5.0', '10.0', '25.0', '60.0', '+Inf'];
const httpBounds = ['0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1.0', '2.5', '5.0', '+Inf'];
const methods = ['GET', 'POST'];
const statusCodes = ['200', '404', '500'];

/**
 * @param {number} providers
 * @param {number} models of each provider
 * @returns {Series[]}
 */
export function gatewaySeries(providers, models) {
  const pairs = Array.from({ length: providers * models }, (_, index) => {
    const provider = Math.floor(index / models);
    const model = index % models;
    return {
      labels: `model="large-model-${model}",provider="provider-${provider}"`,
      requests: 0.02 + (index % 17) / 100,
      errors: provider % 8 === 0 ? 0.1 : 0.01,
    };
  });
  const routes = Array.from({ length: Math.max(4, Math.round((providers * models * 620) / 18_000)) }, (_, index) => {
    const labels = `app_name="gateway",method="${methods[index % 2]}",path="/v1/route-${index >> 1}"`;
    return { labels, requests: 0.5 + (index % 11) / 10 };
  });
  return [
    ...routes.flatMap(({ labels, requests }) =>
      statusCodes.map((code, index) =>
        one('fastapi_requests_total', `${labels},status_code="${code}"`, requests * [0.95, 0.04, 0.01][index]),
      ),
    ),
    ...histogram('fastapi_requests_duration_seconds', routes, httpBounds),
    ...routes.map(({ labels }) => gauge('fastapi_requests_in_progress', labels, 1)),
    ...pairs.flatMap(({ labels, requests, errors }) => [
      one('model_inference_requests_total', `${labels},status="success"`, requests * (1 - errors)),
      one('model_inference_requests_total', `${labels},status="error"`, requests * errors),
    ]),
    ...histogram('model_inference_duration_seconds', pairs, inferenceBounds),
    ...pairs.flatMap(({ labels, requests }) => [
      one('tokens_used_total', `${labels},token_type="input"`, requests * 900),
      one('tokens_used_total', `${labels},token_type="output"`, requests * 300),
    ]),
    ...pairs.map(({ labels, requests }) => one('credits_used_total', labels, requests * 3)),
    ...fixedSeries(),
  ];
}

/** Series whose number does not depend on the models. */
function fixedSeries() {
  const tables = Array.from({ length: 10 }, (_, index) => `table="table_${index}"`);
  const gateways = Array.from({ length: 10 }, (_, index) => `gateway="gateway-${index}"`);
  return [
    ...tables.flatMap((labels) =>
      ['select', 'insert'].map((operation) => one('database_queries_total', `${labels},operation="${operation}"`, 5)),
    ),
    ...tables.map((labels) => one('database_query_duration_seconds_sum', labels, 1)),
    ...tables.map((labels) => one('database_query_duration_seconds_count', labels, 10)),
    ...gateways.map((labels) => one('catalog_cache_hits_total', labels, 9)),
    ...gateways.map((labels) => one('catalog_cache_misses_total', labels, 1)),
    ...gateways.map((labels) => gauge('catalog_cache_size_bytes', labels, 1_000_000)),
    gauge('active_api_keys', 'status="active"', 234),
    gauge('subscription_count', 'plan_type="pro",billing_cycle="monthly"', 45),
    gauge('trial_active', 'status="active"', 12),
  ];
}

/** @returns {Series} */
function one(name, labels, perSecond) {
  return { name, labels, base: Math.floor(perSecond * 10_000), perSecond };
}

/** @returns {Series} */
function gauge(name, labels, value) {
  return { name, labels, base: value, perSecond: 0 };
}

/** @returns {Series[]} */
function histogram(name, subjects, bounds) {
  return subjects.flatMap(({ labels, requests }) => [
    ...bounds.map((le, index) =>
      one(`${name}_bucket`, `${labels},le="${le}"`, (requests * (index + 1)) / bounds.length),
    ),
    one(`${name}_sum`, labels, requests * 3),
    one(`${name}_count`, labels, requests),
  ]);
}
