import { count, higherIsWorse } from '../panels/field-options.js';
import type { DashboardSpec, PanelSpec } from '../panels/panel.js';
import { rateOf, sumBy, top } from '../queries/expressions.js';
import { overRange, overTime, type Queries } from '../queries/queries.js';
import { creditsAgainstBaseline, creditsPerThousandTokens } from '../rules/service-level-objectives.js';
import { uids } from '../uids.js';

const toModels = { uid: uids.models, variables: ['provider'] } as const;

export function businessDashboard(queries: Queries): DashboardSpec {
  return {
    uid: uids.business,
    title: 'GatewayZ / Business',
    description: 'Customers, tokens and credits.',
    variables: queries.variables,
    rows: [
      { title: 'Customers', panels: customerPanels(queries) },
      { title: 'Consumption', panels: consumptionPanels(queries) },
      { title: 'By provider and model', panels: detailPanels(queries) },
    ],
  };
}

function customerPanels({ row }: Queries): readonly PanelSpec[] {
  const families = [
    ['API keys', 'Active API keys.', 'active_api_keys'],
    ['Subscriptions', 'Active paid subscriptions.', 'subscription_count'],
    ['Trials', 'Active trials.', 'trial_active'],
  ] as const;
  return [
    ...families.map(
      ([title, description, family]): PanelSpec => ({
        kind: 'stat',
        ...count,
        width: 4,
        height: 8,
        title,
        description: `${description} The maximum over replicas, which all report the same count.`,
        emptyWithout: [family],
        queries: [{ expr: row(family) }],
      }),
    ),
    {
      kind: 'timeseries',
      unit: 'none',
      decimals: 0,
      width: 12,
      title: 'Customers over time',
      description: 'Active API keys, paid subscriptions and trials.',
      emptyWithout: families.map(([, , family]) => family),
      queries: families.map(([title, , family]) => ({ legend: title, expr: row(family) })),
    },
  ];
}

function consumptionPanels({ gateway }: Queries): readonly PanelSpec[] {
  const now = { kind: 'stat', width: 8 } as const;
  const ofRange = (metric: string) => overRange(gateway(`sum(increase(${metric}[5m]))`));
  const graph = { kind: 'timeseries', width: 12, unit: 'short' } as const;
  return [
    {
      ...now,
      ...count,
      title: 'Tokens in selected range',
      description: 'Tokens used in the selected range, input and output.',
      queries: [{ expr: ofRange('tokens_used_total') }],
      sparkline: false,
    },
    {
      ...now,
      unit: 'short',
      decimals: 2,
      title: 'Credits in selected range',
      description: 'Credits charged in the selected range.',
      queries: [{ expr: ofRange('credits_used_total') }],
      sparkline: false,
    },
    {
      ...now,
      unit: 'none',
      decimals: 2,
      title: 'Credits against baseline',
      description:
        'Credits of the last hour, relative to the same hour one day or one week ago, whichever was higher; 1 without a baseline. An alert fires above 3.',
      thresholds: higherIsWorse(2, 3),
      queries: [{ expr: gateway(creditsAgainstBaseline()) }],
    },
    {
      ...graph,
      title: 'Tokens per minute',
      description: 'Tokens used per minute, by type.',
      stacked: true,
      queries: [
        {
          legend: '{{token_type}}',
          expr: overTime(gateway(`60 * ${rateOf('tokens_used_total', { by: ['token_type'] })}`)),
        },
      ],
    },
    {
      ...graph,
      title: 'Credits per hour',
      description: 'Credits charged per hour, at the current rate.',
      queries: [{ legend: 'credits', expr: overTime(gateway(`3600 * ${rateOf('credits_used_total')}`)) }],
    },
  ];
}

function detailPanels({ gateway }: Queries): readonly PanelSpec[] {
  const graph = { kind: 'timeseries', width: 12, unit: 'short', details: toModels } as const;
  const most = (
    title: string,
    description: string,
    metric: string,
    by: readonly string[],
    legend: string,
  ): PanelSpec => ({
    kind: 'bargauge',
    width: 12,
    unit: 'short',
    title,
    description,
    queries: [{ legend, expr: overRange(gateway(top(10, sumBy(by, `increase(${metric}[5m])`)))) }],
  });
  return [
    {
      ...graph,
      title: 'Credits by provider',
      description: 'Credits charged per hour, at the current rate.',
      stacked: true,
      manySeries: true,
      queries: [
        {
          legend: '{{provider}}',
          expr: overTime(gateway(`3600 * ${rateOf('credits_used_total', { by: ['provider'] })}`)),
        },
      ],
    },
    {
      ...graph,
      decimals: 4,
      manySeries: true,
      title: 'Credits per 1000 tokens',
      description: 'Mean credits per 1000 tokens, by provider.',
      queries: [{ legend: '{{provider}}', expr: overTime(gateway(creditsPerThousandTokens(['provider'], '5m'))) }],
    },
    most(
      'Credits by model',
      'Credits charged in the selected range: the ten models with most.',
      'credits_used_total',
      ['model', 'provider'],
      '{{model}} ({{provider}})',
    ),
    most(
      'Tokens by provider',
      'Tokens used in the selected range: the ten providers with most.',
      'tokens_used_total',
      ['provider'],
      '{{provider}}',
    ),
  ];
}
