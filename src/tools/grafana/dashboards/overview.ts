import type { SummaryField } from '../../../catalogue/definition.js';
import {
  count,
  errorPercent,
  errorShare,
  flag,
  higherIsBetter,
  percent,
  seconds,
  share,
} from '../panels/field-options.js';
import type { DashboardRow, DashboardSpec, FieldOptions, PanelSpec } from '../panels/panel.js';
import { quantileOf, targets } from '../queries/expressions.js';
import { overRange, type Queries } from '../queries/queries.js';
import type { Objectives } from '../rules/service-level-objectives.js';
import { uids } from '../uids.js';
import { summaryHistory } from './overview-history.js';
import { serviceLevelPanels } from './service-levels.js';

const sections: Readonly<Record<SummaryField['section'], { title: string; drilldown: string }>> = {
  http: { title: 'HTTP', drilldown: uids.http },
  models: { title: 'Models', drilldown: uids.models },
  providers: { title: 'Providers', drilldown: uids.providers },
  database: { title: 'Database and cache', drilldown: uids.http },
  business: { title: 'Business', drilldown: uids.business },
  health: { title: 'Health Service', drilldown: uids.healthService },
};

/** By the unit of the summary. */
const optionsByUnit: Readonly<Record<string, FieldOptions>> = {
  'requests per minute': { unit: 'reqpm', decimals: 0 },
  percent,
  milliseconds: { unit: 'ms' },
  ratio: share,
  credits: { unit: 'short', decimals: 2 },
  '1 or 0': flag,
};

/** Thresholds of fields that are good or bad whatever the gateway's size. */
const thresholds: Readonly<Record<string, Partial<FieldOptions>>> = {
  'providers.avg_error_rate': errorShare,
  'providers.degraded_providers': { thresholds: [{ color: 'green' }, { from: 1, color: 'orange' }] },
  'database.cache_hit_rate': { thresholds: higherIsBetter(0.3, 0.6) },
  'health.active_incidents': {
    thresholds: [{ color: 'green' }, { from: 1, color: 'orange' }, { from: 10, color: 'red' }],
  },
};

/** Counters of the summary as their increase in the selected range: a total says little and falls at restarts. */
const counters: Readonly<Record<string, readonly [title: string, ...metrics: string[]]>> = {
  'http.total_requests': ['Requests', 'fastapi_requests_total'],
  'models.total_inference_requests': ['Inference requests', 'model_inference_requests_total'],
  'models.tokens_used_total': ['Tokens', 'tokens_used_total'],
  'models.credits_used_total': ['Credits', 'credits_used_total'],
  'database.total_queries': ['Queries', 'database_queries_total', 'database_query_duration_seconds_count'],
};

/** Shown in the first row, or the same as another field. */
const elsewhere = new Set([
  'http.request_rate_per_minute',
  'http.error_rate',
  'providers.unavailable_providers',
  'business.total_tokens_used',
  'business.total_credits_used',
]);

/** Optional metrics that nothing can be derived from. */
const optionalFamilies = new Set(['active_api_keys', 'subscription_count', 'trial_active']);

export function overviewDashboard(queries: Queries, objectives: Objectives): DashboardSpec {
  const history = summaryHistory(queries);
  const rows = Object.entries(sections).map(([section, { title, drilldown }]): DashboardRow => {
    const fields = queries.fields.filter(
      ({ section: own, field }) => own === section && !elsewhere.has(`${section}.${field}`),
    );
    return {
      title,
      collapsed: true,
      panels: [
        ...fields.map((field, index) => fieldPanel(queries, field, widthOf(index, fields.length), drilldown)),
        ...(history[section] ?? []),
      ],
    };
  });
  return {
    uid: uids.overview,
    title: 'GatewayZ / Overview',
    description:
      'Service levels first; below, the fields of /prometheus/metrics/summary by section, with their history.',
    variables: queries.variables,
    rows: [
      { title: 'Service levels', panels: [...firstPanels(queries), ...serviceLevelPanels(queries, objectives)] },
      ...rows,
    ],
  };
}

function firstPanels({ gateway, row }: Queries): readonly PanelSpec[] {
  const stat = { kind: 'stat', width: 4, height: 5 } as const;
  return [
    {
      ...stat,
      ...errorPercent,
      title: 'Error rate',
      description: 'HTTP requests with a 5xx status, over 5 minutes.',
      drilldown: { uid: uids.http },
      queries: [{ expr: row('http.error_rate') }],
    },
    {
      ...stat,
      ...seconds,
      title: 'HTTP p95',
      description: '95th percentile of the HTTP request duration, over 5 minutes; of a stream, to its end.',
      drilldown: { uid: uids.http },
      queries: [{ expr: row('gatewayz_request_duration_quantiles_seconds', '0.95') }],
    },
    {
      ...stat,
      ...count,
      title: 'Providers down',
      description: 'Providers with an error rate above 50 %, or with availability 0.',
      thresholds: [{ color: 'green' }, { from: 1, color: 'red' }],
      drilldown: { uid: uids.providers },
      queries: [{ expr: row('gatewayz_providers_down') }],
    },
    {
      ...stat,
      ...seconds,
      title: 'First token p95',
      description: '95th percentile of the time to the first chunk of streamed inference requests, over 5 minutes.',
      emptyWithout: ['time_to_first_chunk_seconds'],
      drilldown: { uid: uids.models },
      queries: [{ expr: gateway(quantileOf(0.95, 'time_to_first_chunk_seconds', {})) }],
    },
    {
      ...stat,
      unit: 'reqpm',
      decimals: 0,
      title: 'Request rate',
      description: 'HTTP requests per minute.',
      drilldown: { uid: uids.http },
      queries: [{ expr: row('http.request_rate_per_minute') }],
    },
    {
      ...stat,
      ...count,
      title: 'Targets down',
      description: 'Scrape targets of the gateway that Prometheus cannot scrape (up is 0).',
      thresholds: [{ color: 'green' }, { from: 1, color: 'red' }],
      drilldown: { uid: uids.http },
      queries: [{ expr: gateway(`count((${targets}) == 0) or 0 * count(${targets})`) }],
    },
  ];
}

function fieldPanel(queries: Queries, field: SummaryField, width: number, drilldown: string): PanelSpec {
  const name = `${field.section}.${field.field}`;
  const families = [field.row].filter((family) => optionalFamilies.has(family));
  const common = { kind: 'stat', width, drilldown: { uid: drilldown } } as const;
  const [title, ...metrics] = counters[name] ?? [];
  if (title !== undefined) {
    const increases = metrics.map((metric) => `sum(increase(${metric}[5m]))`).join(' or ');
    return {
      ...common,
      unit: 'short',
      title: `${title} in selected range`,
      description: `Increase in the selected range. ${name} of the summary is the total since the start of the counters.`,
      queries: [{ expr: overRange(queries.gateway(increases)) }],
      sparkline: false,
    };
  }
  return {
    ...common,
    title: titleOf(field.field),
    description: `${field.help} ${name} of the summary.`,
    queries: [{ expr: queries.field(field) }],
    ...(optionsByUnit[field.unit] ?? count),
    ...thresholds[name],
    ...(families.length > 0 && { emptyWithout: families }),
  };
}

/** `avg_latency_ms` becomes `Mean latency`: the unit is shown with the value. */
function titleOf(field: string): string {
  const words = field
    .replace(/_(?:ms|per_minute)$/, '')
    .replace(/^avg_/, 'mean_')
    .replace('active_incidents', 'open_incidents')
    .replaceAll('_', ' ')
    .replace('api keys', 'API keys');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Widths of the panels that fill a line of 24 columns. */
function widthOf(index: number, panels: number): number {
  return Math.floor(24 / panels) + (index < 24 % panels ? 1 : 0);
}
