import { describe, expect, test } from 'vitest';
import { type VerdictInput, verdictOf } from '../../src/history/verdict.js';

const bounds = { degradedFrom: 0.05, downAbove: 0.5 };

type Provider = VerdictInput['providers'][number];

const provider = (name: string, state: Provider['state'], errors: number | null, requests = 100): Provider => ({
  name,
  state,
  error_ratio: errors,
  requests_per_minute: requests,
});
const healthy = [provider('openai', 'healthy', 0.01), provider('groq', 'healthy', 0)];
const down = provider('mistral', 'down', 0.62);
const degraded = provider('xai', 'degraded', 0.094);

const well: VerdictInput = {
  status: 'ok',
  ageSeconds: 6,
  failure: undefined,
  providers: healthy,
  errorRatio: 0.01,
  requestsPerMinute: 500,
  lost: 0,
  healthServiceUp: true,
};

const table: readonly (readonly [title: string, change: Partial<VerdictInput>, state: string, sentence: string])[] = [
  ['well', {}, 'well', 'The gateway is well: all 2 active providers are healthy.'],
  ['well without providers', { providers: [] }, 'well', 'The gateway is well.'],
  [
    'one provider',
    { providers: [healthy[0]!, provider('idle', 'idle', null, 0)] },
    'well',
    'The gateway is well: its provider openai is healthy.',
  ],
  ['one down', { providers: [...healthy, down] }, 'trouble', 'mistral is down: 62% of its requests fail.'],
  [
    'two down, the busier first',
    { providers: [...healthy, down, provider('cohere', 'down', 1, 900)] },
    'trouble',
    'cohere is down: 100% of its requests fail; so is mistral.',
  ],
  [
    'three down',
    { providers: [...healthy, down, provider('a', 'down', 1, 1), provider('b', 'down', 1, 2)] },
    'trouble',
    'mistral is down: 62% of its requests fail; so are 2 others.',
  ],
  [
    'down by its own word',
    { providers: [...healthy, provider('x', 'down', null)] },
    'trouble',
    'x is down: its availability is 0.',
  ],
  [
    'down with few errors',
    { providers: [...healthy, provider('x', 'down', 0.37)] },
    'trouble',
    'x is down: its availability is 0.',
  ],
  ['all down', { providers: [down, provider('a', 'down', 1)] }, 'down', 'All 2 providers are down.'],
  [
    'all with traffic down',
    { providers: [down, provider('a', 'idle', null, 0)] },
    'down',
    'mistral is down: 62% of its requests fail.',
  ],
  ['most requests fail', { errorRatio: 0.51 }, 'down', 'The gateway is down: 51% of its requests fail.'],
  ['half of the requests fail', { errorRatio: 0.5 }, 'trouble', '50% of the gateway’s requests fail.'],
  [
    'errors and a degraded provider',
    { errorRatio: 0.05, providers: [...healthy, degraded] },
    'trouble',
    '5% of the gateway’s requests fail. xai is degraded: 9.4% of its requests fail.',
  ],
  ['degraded', { providers: [...healthy, degraded] }, 'degraded', 'xai is degraded: 9.4% of its requests fail.'],
  ['Health Service down', { healthServiceUp: false }, 'partial', 'Part unknown: the Health Service is down.'],
  [
    'without Health Service',
    { healthServiceUp: undefined },
    'well',
    'The gateway is well: all 2 active providers are healthy.',
  ],
  ['one value lost', { status: 'partial', lost: 1 }, 'partial', 'Part unknown: one value is missing or old.'],
  ['values lost', { status: 'partial', lost: 3 }, 'partial', 'Part unknown: 3 values are missing or old.'],
  [
    'values lost while a provider is down',
    { status: 'partial', lost: 3, providers: [...healthy, down] },
    'trouble',
    'mistral is down: 62% of its requests fail.',
  ],
  ['no requests', { requestsPerMinute: 0 }, 'quiet', 'Quiet: no requests in the last minute.'],
  ['nothing known', { requestsPerMinute: null, providers: [] }, 'quiet', 'Quiet: no requests in the last 5 minutes.'],
  [
    'only probes',
    { providers: [provider('openai', 'idle', null, 0)] },
    'quiet',
    'Quiet: no inference requests in the last 5 minutes.',
  ],
  [
    'a new installation',
    { status: 'waiting', providers: [] },
    'unknown',
    'Waiting for the first data of your gateway.',
  ],
  [
    'stale, whatever the values say',
    { status: 'stale', ageSeconds: 121, failure: 'Prometheus does not respond.', providers: [down] },
    'unknown',
    'Cannot tell: the values are 2 min old (Prometheus does not respond).',
  ],
  [
    'unavailable',
    { status: 'unavailable', failure: 'Prometheus does not respond.' },
    'unknown',
    'Cannot tell: Prometheus does not respond.',
  ],
];

describe('the verdict', () => {
  test.each(table)('%s', (_title, change, state, sentence) => {
    expect(verdictOf({ ...well, ...change }, bounds)).toEqual({ state, sentence });
  });
});
