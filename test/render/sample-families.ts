import type { Family } from '../../src/model.js';

/** One family of each type, with what is peculiar to it. */
export const counter: Family = {
  name: 'jobs_seconds_total',
  type: 'counter',
  help: 'Jobs',
  unit: 'seconds',
  metrics: [
    { labels: { queue: 'a' }, value: '1e+21' },
    { labels: {}, value: '5' },
  ],
};

export const gauge = {
  name: 'rooms_total',
  type: 'gauge',
  help: '',
  unit: 'bytes',
  metrics: [{ labels: { z: '1', a: '2' }, value: '-0' }],
} satisfies Family;

export const histogram = {
  name: 'wait_seconds',
  type: 'histogram',
  help: 'Time',
  unit: 'seconds',
  metrics: [
    {
      labels: { queue: 'a' },
      buckets: [
        { le: '0.5', value: '1' },
        { le: '1', value: '2' },
        { le: '+Inf', value: '3' },
      ],
      sum: '4.5',
    },
    {
      labels: {},
      buckets: [
        { le: '1000000', value: '0' },
        { le: '+Inf', value: '7' },
      ],
    },
  ],
} satisfies Family;

export const summary: Family = {
  name: 'size_bytes',
  type: 'summary',
  help: 'Size',
  unit: '',
  metrics: [
    {
      labels: {},
      quantiles: [
        { quantile: '0.5', value: 'NaN' },
        { quantile: '1', value: '+Inf' },
      ],
      sum: '2',
      count: '3',
    },
    { labels: { queue: 'a' }, quantiles: [], count: '4' },
  ],
};

export const marker = { label: 'origin', value: 'here' };
