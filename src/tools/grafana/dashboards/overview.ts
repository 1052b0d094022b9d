import type { SummaryField } from '../../../catalogue/definition.js';
import { count, flag, higherIsBetter, higherIsWorse, percent, share } from '../panels/field-options.js';
import type { DashboardSpec, FieldOptions, PanelSpec } from '../panels/panel.js';
import type { Queries } from '../queries/queries.js';
import type { Objectives } from '../rules/service-level-objectives.js';
import { uids } from '../uids.js';
import { summaryHistory } from './overview-history.js';
import { serviceLevelPanels } from './service-levels.js';

const sections: Readonly<Record<SummaryField['section'], { title: string; details: string }>> = {
  http: { title: 'HTTP', details: uids.http },
  models: { title: 'Models', details: uids.models },
  providers: { title: 'Providers', details: uids.providers },
  database: { title: 'Database and cache', details: uids.http },
  business: { title: 'Business', details: uids.business },
  health: { title: 'Health Service', details: uids.healthService },
};

/** By the unit of the summary. */
const scales: Readonly<Record<string, FieldOptions>> = {
  'requests per minute': { unit: 'reqpm', decimals: 0 },
  percent,
  milliseconds: { unit: 'ms' },
  ratio: share,
  credits: { unit: 'short', decimals: 2 },
  '1 or 0': flag,
};

/** Where a value of the summary is good or bad whatever the gateway's size. */
const judged: Readonly<Record<string, Partial<FieldOptions>>> = {
  'http.error_rate': { thresholds: higherIsWorse(1, 5) },
  'providers.avg_error_rate': { thresholds: higherIsWorse(0.05, 0.2) },
  'providers.degraded_providers': { thresholds: [{ color: 'green' }, { from: 1, color: 'orange' }] },
  'providers.unavailable_providers': { thresholds: [{ color: 'green' }, { from: 1, color: 'red' }] },
  'database.cache_hit_rate': { thresholds: higherIsBetter(0.3, 0.6) },
  'health.active_incidents': { thresholds: higherIsWorse(1, 10) },
};

/** Families that a backend may leave out and that nothing can stand in for. */
const irreplaceable = new Set(['active_api_keys', 'subscription_count', 'trial_active']);

export function overviewDashboard(queries: Queries, objectives: Objectives): DashboardSpec {
  const rows = Object.entries(sections).map(([section, { title, details }]) => {
    const fields = queries.fields.filter((field) => field.section === section);
    return {
      title,
      panels: [
        ...fields.map((field, index) => fieldPanel(queries, field, widthOf(index, fields.length), details)),
        ...(summaryHistory(queries)[section] ?? []),
      ],
    };
  });
  return {
    uid: uids.overview,
    title: 'GatewayZ / Overview',
    description: 'What /prometheus/metrics/summary answers, field by field, and how it came to be.',
    variables: [],
    rows: [...rows, { title: 'Service levels', panels: serviceLevelPanels(queries, objectives) }],
  };
}

function fieldPanel(queries: Queries, field: SummaryField, width: number, details: string): PanelSpec {
  const name = `${field.section}.${field.field}`;
  const families = [field.row].filter((family) => irreplaceable.has(family));
  return {
    kind: 'stat',
    title: titleOf(field.field),
    description: `${field.help} ${name} of the summary.`,
    width,
    drilldown: { uid: details },
    queries: [{ expr: queries.field(field) }],
    ...(scales[field.unit] ?? count),
    ...judged[name],
    ...(families.length > 0 && { emptyWithout: families }),
  };
}

/** `avg_latency_ms` becomes `Avg latency`: the unit is shown with the value. */
function titleOf(field: string): string {
  const words = field
    .replace(/_(?:ms|per_minute)$/, '')
    .replaceAll('_', ' ')
    .replace('api keys', 'API keys');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Widths of the panels that fill a line of 24 columns. */
function widthOf(index: number, panels: number): number {
  return Math.floor(24 / panels) + (index < 24 % panels ? 1 : 0);
}
