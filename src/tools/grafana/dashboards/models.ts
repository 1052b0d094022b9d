import { count, errorShare, seconds } from '../panels/field-options.js';
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
      ...queries.variables,
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
      title: 'Request rate',
      description: 'Inference requests per minute, over 5 minutes.',
      unit: 'reqpm',
      queries: [{ expr: gateway(`60 * ${rateOf(requests, { matchers })}`) }],
    },
    {
      ...now,
      ...errorShare,
      title: 'Error rate',
      description: 'Ratio of inference requests with a status other than success, over 5 minutes.',
      queries: [{ expr: gateway(shareOf(requests, failed, { matchers: `status!="",${matchers}` })) }],
    },
    {
      ...now,
      ...seconds,
      title: 'Mean latency',
      description: 'Mean inference request duration, over 5 minutes.',
      queries: [{ expr: gateway(meanOf(duration, { matchers })) }],
    },
    {
      ...now,
      ...count,
      title: 'Tokens per minute',
      description: 'Tokens used per minute, over 5 minutes, input and output.',
      queries: [{ expr: gateway(`60 * ${rateOf('tokens_used_total', { matchers })}`) }],
    },
  ];
}

function topPanels({ gateway }: Queries): readonly PanelSpec[] {
  const most = (title: string, description: string, metric: string, unit: string): PanelSpec => ({
    kind: 'bargauge',
    width: 8,
    title,
    description: `${description} in the selected range: the ten highest models. Increases before the first scrape of a series are not counted.`,
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
      description: 'Inference requests per minute, by status.',
      unit: 'reqpm',
      stacked: true,
      queries: [
        {
          legend: '{{status}}',
          colors: outcomeColors,
          expr: overTime(gateway(`60 * ${rateOf(requests, { matchers, by: ['status'] })}`)),
        },
      ],
    },
    {
      ...graph,
      ...errorShare,
      title: 'Error rate over time',
      description: 'Ratio of inference requests with a status other than success.',
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
      description: `Inference request duration. ${clipped}`,
      queries: quantiles(duration),
    },
    {
      ...graph,
      title: 'Time to first chunk',
      description:
        'Time from a streamed inference request to its first chunk. Never above the highest finite bucket bound, 15 s with the bounds of GatewayZ.',
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
      description: `95th percentile of the inference request duration: the ten slowest models. ${clipped}`,
      queries: [{ legend: pairLegend, expr: gateway(top(10, quantileOf(0.95, duration, { matchers, by: pair }))) }],
    },
    {
      ...top10,
      ...errorShare,
      title: 'Highest error rates',
      description: 'Ratio of failed inference requests: the ten highest models.',
      queries: [
        {
          legend: pairLegend,
          expr: gateway(top(10, shareOf(requests, failed, { matchers: `status!="",${matchers}`, by: pair }))),
        },
      ],
    },
  ];
}
