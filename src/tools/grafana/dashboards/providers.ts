import { availabilities, count, errorShare, providerStates, seconds, share } from '../panels/field-options.js';
import type { DashboardSpec, PanelSpec } from '../panels/panel.js';
import { outcomeColors } from '../panels/series-colors.js';
import { rateOf, severityOf, stateOf } from '../queries/expressions.js';
import { overTime, type Queries } from '../queries/queries.js';
import { uids } from '../uids.js';

const requests = 'model_inference_requests_total';
const chosen = 'provider=~"$provider"';
const toModels = { uid: uids.models, variables: ['provider'] } as const;
const overFive = 'Over 5 minutes; no value for a provider without traffic and without a reported value.';

export function providersDashboard(queries: Queries): DashboardSpec {
  return {
    uid: uids.providers,
    title: 'GatewayZ / Providers',
    description:
      'Health of the providers behind the gateway: as reported by the gateway, else derived from its traffic.',
    variables: [
      ...queries.variables,
      { name: 'provider', label: 'Provider', series: queries.gateway(`${requests}{provider!=""}`) },
    ],
    rows: [
      { title: 'Now, over 5 minutes', panels: nowPanels(queries) },
      { title: 'Each provider', panels: eachPanels(queries) },
      { title: 'History', panels: historyPanels(queries) },
      { title: 'Health score and availability', collapsed: true, panels: scorePanels(queries) },
    ],
  };
}

/** The catalogue's values of the selected providers. */
function byProvider({ gateway, row }: Queries) {
  // Filtered in the result, not in the selectors: telling 0-100 from 0-1 needs all providers of a job.
  const known = [requests, 'provider_availability', 'provider_error_rate']
    .map((metric) => `count by (provider) (${metric}{${chosen}})`)
    .join(' or ');
  const ofChosen = (promql: string): string => `(${promql}) and on (provider) (${gateway(known)})`;
  const [availability, errorRate] = [row('provider_availability'), row('provider_error_rate')];
  return {
    state: ofChosen(stateOf(severityOf(availability, errorRate))),
    availability: ofChosen(availability),
    errorRate: ofChosen(errorRate),
    responseTime: ofChosen(row('provider_response_time_seconds')),
    healthScore: ofChosen(row('gatewayz_provider_health_score')),
  };
}

function nowPanels({ row }: Queries): readonly PanelSpec[] {
  const now = { kind: 'stat', width: 4 } as const;
  const counted = (which: string) => [{ expr: row(`gatewayz_providers_${which}`) }];
  return [
    {
      ...now,
      ...count,
      title: 'Known',
      description: 'Providers with an inference, availability or error-rate series, idle ones included.',
      queries: counted('total'),
    },
    {
      ...now,
      ...count,
      title: 'Healthy',
      description: 'Providers with an error rate below 5 %.',
      thresholds: [{ color: 'green' }],
      queries: counted('healthy'),
    },
    {
      ...now,
      ...count,
      title: 'Degraded',
      description: 'Providers with an error rate from 5 % to 50 %.',
      thresholds: [{ color: 'green' }, { from: 1, color: 'orange' }],
      queries: counted('degraded'),
    },
    {
      ...now,
      ...count,
      title: 'Down',
      description: 'Providers with an error rate above 50 %, or with availability 0.',
      thresholds: [{ color: 'green' }, { from: 1, color: 'red' }],
      queries: counted('down'),
    },
    {
      ...now,
      ...errorShare,
      title: 'Mean error rate',
      description: 'Unweighted mean over the providers with an error rate.',
      queries: [{ expr: row('providers.avg_error_rate') }],
    },
    {
      ...now,
      unit: 'ms',
      min: 0,
      title: 'Mean response time',
      description: 'Unweighted mean over the providers with a response time.',
      queries: [{ expr: row('providers.avg_response_time_ms') }],
    },
  ];
}

function eachPanels(queries: Queries): readonly PanelSpec[] {
  const values = byProvider(queries);
  const perMinute = queries.gateway(
    `60 * ${rateOf(requests, { by: ['provider'], matchers: `provider!="",${chosen}` })}`,
  );
  return [
    {
      kind: 'state-timeline',
      unit: 'none',
      width: 24,
      height: 12,
      step: '30s',
      title: 'State',
      description: `Healthy: error rate below 5 %; degraded: 5 % to 50 %; down: more, or availability 0. ${overFive}`,
      mappings: providerStates,
      thresholds: [{ color: 'green' }, { from: 1, color: 'orange' }, { from: 2, color: 'red' }],
      drilldown: toModels,
      queries: [{ legend: '{{provider}}', expr: values.state }],
    },
    {
      kind: 'table',
      width: 24,
      title: 'Providers',
      description: `The values of /prometheus/metrics/providers. ${overFive}`,
      drilldown: toModels,
      by: 'provider',
      first: 'Error rate',
      columns: [
        { name: 'State', unit: 'none', mappings: providerStates, expr: values.state },
        { name: 'Request rate', unit: 'reqpm', decimals: 1, expr: perMinute },
        { ...errorShare, name: 'Error rate', decimals: 1, expr: values.errorRate },
        { ...seconds, name: 'Response time', decimals: 2, expr: values.responseTime },
        {
          ...share,
          name: 'Health score',
          decimals: 2,
          unit: 'none',
          expr: values.healthScore,
        },
      ],
    },
  ];
}

function historyPanels(queries: Queries): readonly PanelSpec[] {
  const values = byProvider(queries);
  const matchers = `provider!="",${chosen}`;
  const line = (expr: string) => [{ legend: '{{provider}}', expr }];
  const graph = { kind: 'timeseries', width: 12, many: true, details: toModels } as const;
  return [
    {
      ...graph,
      ...errorShare,
      step: '30s',
      title: 'Error rate',
      description: `Ratio of failed inference requests. ${overFive}`,
      queries: line(values.errorRate),
    },
    {
      ...graph,
      ...seconds,
      step: '30s',
      title: 'Response time',
      description: `Mean response time. ${overFive}`,
      queries: line(values.responseTime),
    },
    {
      ...graph,
      title: 'Request rate',
      description: 'Inference requests per minute.',
      unit: 'reqpm',
      stacked: true,
      queries: line(overTime(queries.gateway(`60 * ${rateOf(requests, { by: ['provider'], matchers })}`))),
    },
    {
      kind: 'timeseries',
      unit: 'percentunit',
      min: 0,
      width: 12,
      title: 'Failures by status',
      description: 'Ratio of inference requests, for each status other than success.',
      stacked: true,
      queries: [
        {
          legend: '{{status}}',
          colors: outcomeColors,
          expr: overTime(
            queries.gateway(
              `${rateOf(requests, { by: ['status'], matchers: `${matchers},status!~"success|"` })} / on () group_left () (${rateOf(requests, { matchers: `${matchers},status!=""` })} > 0)`,
            ),
          ),
        },
      ],
    },
  ];
}

/** Collapsed: the score is the most expensive query. */
function scorePanels(queries: Queries): readonly PanelSpec[] {
  const values = byProvider(queries);
  const line = (expr: string) => [{ legend: '{{provider}}', expr }];
  return [
    {
      kind: 'timeseries',
      width: 12,
      manySeries: 'lowest first',
      drilldown: toModels,
      ...share,
      unit: 'none',
      decimals: 2,
      height: 10,
      step: '60s',
      title: 'Health score',
      description: `0.4 availability + 0.3 (1 - error rate) + 0.3 latency score, which is 1 at a mean of 1 s and 0 at 30 s; the weight of a missing part goes to the others. The state does not depend on it. ${overFive}`,
      queries: line(values.healthScore),
    },
    {
      kind: 'state-timeline',
      unit: 'none',
      width: 12,
      height: 10,
      step: '30s',
      mappings: availabilities,
      thresholds: [{ color: 'red' }, { from: 1, color: 'blue' }],
      drilldown: toModels,
      title: 'Availability',
      description: `Whether the gateway considers the provider available; if not reported, whether its error rate is at most 50 %. ${overFive}`,
      queries: line(values.availability),
    },
  ];
}
