import { healthFamilies } from '../../../presets/gatewayz/health-families.js';
import { flag, higherIsWorse, seconds, yesNo } from '../panels/field-options.js';
import type { DashboardSpec, FieldOptions, PanelSpec } from '../panels/panel.js';
import { outcomeColors } from '../panels/series-colors.js';
import type { Queries } from '../queries/queries.js';
import { uids } from '../uids.js';

const whole: FieldOptions = { unit: 'none', decimals: 0 };

const help = new Map(healthFamilies.map((family) => [family.name, family.help]));

export function healthServiceDashboard(queries: Queries): DashboardSpec {
  return {
    uid: uids.healthService,
    title: 'GatewayZ / Health Service',
    description: 'Values of the Health Service API, polled by this service. Empty if HEALTH_SERVICE_URL is not set.',
    variables: queries.variables,
    rows: [
      { title: 'State', panels: statePanels(queries) },
      { title: 'Coverage', panels: watchedPanels(queries) },
      { title: 'Results', panels: findingPanels(queries) },
      { title: 'Polling', panels: pollingPanels(queries) },
    ],
  };
}

/** One family without labels, as one number. */
function now({ service }: Queries, title: string, family: string, width: number, scale: FieldOptions): PanelSpec {
  return {
    kind: 'stat',
    title,
    description: help.get(family) ?? '',
    width,
    queries: [{ expr: service(`max(${family})`) }],
    ...scale,
  };
}

function statePanels(queries: Queries): readonly PanelSpec[] {
  return [
    now(queries, 'Up', 'gatewayz_health_service_up', 4, flag),
    now(queries, 'Health monitoring', 'gatewayz_health_monitoring_active', 4, flag),
    now(queries, 'Availability monitoring', 'gatewayz_availability_monitoring_active', 4, flag),
    now(queries, 'Open incidents', 'gatewayz_health_active_incidents', 4, {
      ...whole,
      thresholds: higherIsWorse(1, 10),
    }),
    now(queries, 'Check interval', 'gatewayz_health_check_interval_seconds', 4, seconds),
    {
      kind: 'stat',
      ...seconds,
      decimals: 0,
      width: 4,
      title: 'Last successful poll',
      description: 'Time since any endpoint of the Health Service last responded successfully.',
      thresholds: higherIsWorse(90, 300),
      queries: [{ expr: queries.service('time() - max(gatewayz_health_service_last_successful_scrape)') }],
    },
  ];
}

function watchedPanels(queries: Queries): readonly PanelSpec[] {
  const numbers = [
    ['Tracked models', 'gatewayz_health_tracked_models'],
    ['Tracked providers', 'gatewayz_health_tracked_providers'],
    ['Tracked gateways', 'gatewayz_health_tracked_gateways'],
    ['Models known', 'gatewayz_health_total_models'],
    ['Providers known', 'gatewayz_health_total_providers'],
    ['Gateways known', 'gatewayz_health_total_gateways'],
    ['Models in the sample', 'gatewayz_health_tracked_models_count'],
    ['Availability cache', 'gatewayz_availability_cache_size'],
  ] as const;
  return numbers.map(([title, family]) => now(queries, title, family, 3, whole));
}

function findingPanels({ service }: Queries): readonly PanelSpec[] {
  const graph = { kind: 'timeseries', ...whole, width: 12 } as const;
  return [
    {
      ...graph,
      title: 'Models by outcome of the last check',
      description: help.get('gatewayz_health_status_distribution') ?? '',
      stacked: true,
      queries: [
        {
          legend: '{{status}}',
          colors: outcomeColors,
          expr: service('max by (status) (gatewayz_health_status_distribution)'),
        },
      ],
    },
    {
      ...graph,
      title: 'Open incidents over time',
      description: help.get('gatewayz_health_active_incidents') ?? '',
      queries: [{ legend: 'open', color: 'red', expr: service('max(gatewayz_health_active_incidents)') }],
    },
    {
      ...graph,
      title: 'Tracked over time',
      description: 'Models, providers and gateways that the Health Service monitors.',
      queries: ['models', 'providers', 'gateways'].map((what) => ({
        legend: what,
        expr: service(`max(gatewayz_health_tracked_${what})`),
      })),
    },
    {
      kind: 'state-timeline',
      unit: 'none',
      width: 12,
      title: 'Caches',
      description: help.get('gatewayz_health_cache_available') ?? '',
      mappings: yesNo,
      thresholds: [{ color: 'red' }, { from: 1, color: 'green' }],
      queries: [{ legend: '{{cache_type}}', expr: service('max by (cache_type) (gatewayz_health_cache_available)') }],
    },
  ];
}

function pollingPanels({ service }: Queries): readonly PanelSpec[] {
  return [
    {
      kind: 'state-timeline',
      unit: 'none',
      width: 12,
      title: 'Endpoints',
      description: 'Whether the last request to each endpoint succeeded in any replica of this service.',
      mappings: yesNo,
      thresholds: [{ color: 'red' }, { from: 1, color: 'green' }],
      queries: [{ legend: '{{endpoint}}', expr: service('max by (endpoint) (gatewayz_metrics_health_endpoint_up)') }],
    },
    {
      kind: 'timeseries',
      unit: 'cpm',
      min: 0,
      width: 12,
      title: 'Failed requests',
      description: 'Failed requests to the Health Service per minute, over 5 minutes.',
      queries: [
        {
          legend: 'failed',
          color: 'red',
          expr: service('60 * sum(rate(gatewayz_health_service_scrape_errors_total[5m]))'),
        },
      ],
    },
  ];
}
