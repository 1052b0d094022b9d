import { count, errorShare, higherIsWorse, seconds } from '../panels/field-options.js';
import type { DashboardSpec, PanelSpec } from '../panels/panel.js';
import { outcomeColors } from '../panels/series-colors.js';
import { meanOf, quantileOf, rateOf, shareOf, sumBy, top } from '../queries/expressions.js';
import { overRange, overTime, type Queries } from '../queries/queries.js';
import { uids } from '../uids.js';

const requests = 'model_inference_requests_total';
const duration = 'model_inference_duration_seconds';
const firstChunk = 'time_to_first_chunk_seconds';
const failed = 'status!~"success|"';
const matchers = 'provider=~"$provider",model=~"$model"';
const pair = ['model', 'provider'] as const;
const pairLegend = '{{model}} ({{provider}})';
const clipped = 'Never above the highest finite bucket bound, 60 s with the bounds of GatewayZ.';

export function modelsDashboard(queries: Queries): DashboardSpec {
  const { gateway } = queries;
  return {
    uid: uids.models,
    title: 'GatewayZ / Models',
    description: 'Use and performance by model and provider.',
    variables: [
      { name: 'provider', label: 'Provider', series: gateway(requests) },
      { name: 'model', label: 'Model', series: gateway(`${requests}{provider=~"$provider"}`) },
    ],
    rows: [
      { title: 'Now, over 5 minutes', panels: nowPanels(queries) },
      { title: 'Most used in selected range', panels: topPanels(queries) },
      { title: 'Traffic', panels: trafficPanels(queries) },
      { title: 'Latency', panels: latencyPanels(queries) },
      { title: 'By model, over 5 minutes', panels: modelPanels(queries) },
    ],
  };
}

function nowPanels({ gateway }: Queries): readonly PanelSpec[] {
  const now = { kind: 'stat', width: 6 } as const;
  return [
    {
      ...now,
      title: 'Requests per minute',
      description: 'Inference requests per minute over 5 minutes.',
      unit: 'reqpm',
      queries: [{ expr: gateway(`60 * ${rateOf(requests, { matchers })}`) }],
    },
    {
      ...now,
      ...errorShare,
      title: 'Error rate',
      description: 'Share of inference requests with another status than success over 5 minutes.',
      thresholds: higherIsWorse(0.05, 0.2),
      queries: [{ expr: gateway(shareOf(requests, failed, { matchers: `status!="",${matchers}` })) }],
    },
    {
      ...now,
      ...seconds,
      title: 'Mean latency',
      description: 'Mean time of inference requests over 5 minutes.',
      queries: [{ expr: gateway(meanOf(duration, { matchers })) }],
    },
    {
      ...now,
      ...count,
      title: 'Tokens per minute',
      description: 'Tokens used per minute over 5 minutes, input and output together.',
      queries: [{ expr: gateway(`60 * ${rateOf('tokens_used_total', { matchers })}`) }],
    },
  ];
}

function topPanels({ gateway }: Queries): readonly PanelSpec[] {
  const most = (title: string, description: string, metric: string, unit: string): PanelSpec => ({
    kind: 'bargauge',
    width: 8,
    title,
    description: `${description} in the selected range: the ten models with most. What a series had before its first scrape is not counted.`,
    unit,
    queries: [
      {
        legend: pairLegend,
        expr: overRange(gateway(top(10, sumBy(pair, `increase(${metric}{${matchers}}[5m])`)))),
      },
    ],
  });
  return [
    most('Requests', 'Inference requests', requests, 'short'),
    most('Tokens', 'Tokens used', 'tokens_used_total', 'short'),
    most('Credits', 'Credits charged', 'credits_used_total', 'short'),
  ];
}

function trafficPanels({ gateway }: Queries): readonly PanelSpec[] {
  const graph = { kind: 'timeseries', width: 12 } as const;
  return [
    {
      ...graph,
      title: 'Requests by outcome',
      description: 'Inference requests per second, by status.',
      unit: 'reqps',
      stacked: true,
      queries: [
        {
          legend: '{{status}}',
          colors: outcomeColors,
          expr: overTime(gateway(rateOf(requests, { matchers, by: ['status'] }))),
        },
      ],
    },
    {
      ...graph,
      ...errorShare,
      title: 'Share of failures',
      description: 'Share of inference requests with another status than success.',
      queries: [
        {
          legend: 'failed',
          color: 'red',
          expr: overTime(gateway(shareOf(requests, failed, { matchers: `status!="",${matchers}` }))),
        },
      ],
    },
    {
      ...graph,
      ...count,
      title: 'Tokens by type',
      description: 'Tokens used per minute, by type.',
      stacked: true,
      queries: [
        {
          legend: '{{token_type}}',
          expr: overTime(gateway(`60 * ${rateOf('tokens_used_total', { matchers, by: ['token_type'] })}`)),
        },
      ],
    },
    {
      ...graph,
      unit: 'short',
      title: 'Credits by provider',
      description: 'Credits charged per hour, at the current rate.',
      stacked: true,
      manySeries: true,
      queries: [
        {
          legend: '{{provider}}',
          expr: overTime(gateway(`3600 * ${rateOf('credits_used_total', { matchers, by: ['provider'] })}`)),
        },
      ],
    },
  ];
}

function latencyPanels({ gateway }: Queries): readonly PanelSpec[] {
  const quantiles = (metric: string) =>
    [0.5, 0.95, 0.99].map((quantile) => ({
      legend: `p${100 * quantile}`,
      expr: overTime(gateway(quantileOf(quantile, metric, { matchers }))),
    }));
  const graph = { kind: 'timeseries', ...seconds, width: 12 } as const;
  return [
    {
      ...graph,
      title: 'Latency quantiles',
      description: `Time that inference requests took at the provider. ${clipped}`,
      queries: quantiles(duration),
    },
    {
      ...graph,
      title: 'Time to first chunk',
      description:
        'Time from a streamed inference request to the first chunk of its answer. Never above the highest finite bucket bound, 15 s with the bounds of GatewayZ.',
      emptyWithout: [firstChunk],
      queries: quantiles(firstChunk),
    },
  ];
}

function modelPanels({ gateway }: Queries): readonly PanelSpec[] {
  const top10 = { kind: 'bargauge', width: 12 } as const;
  return [
    {
      ...top10,
      ...seconds,
      title: 'Slowest models',
      description: `95th percentile of latency: the ten slowest models. ${clipped}`,
      queries: [{ legend: pairLegend, expr: gateway(top(10, quantileOf(0.95, duration, { matchers, by: pair }))) }],
    },
    {
      ...top10,
      ...errorShare,
      title: 'Most failing models',
      description: 'Share of inference requests that failed: the ten models with the highest.',
      queries: [
        {
          legend: pairLegend,
          expr: gateway(top(10, shareOf(requests, failed, { matchers: `status!="",${matchers}`, by: pair }))),
        },
      ],
    },
  ];
}
