import type { FamilyDefinition, RowDefinition } from '../../catalogue/definition.js';
import { blocks } from './blocks.js';
import { errorBlocks, responseBlocks, stateBlocks } from './provider-blocks.js';
import * as expressions from './provider-expressions.js';

const idle = 'no inference requests';
/** Shared by all four counts, so that they fail, or keep their last good value, together. */
const countBlocks = {
  ...stateBlocks,
  knownByInference: blocks.knownByInference,
  ownTotal: blocks.ownTotal,
  ownHealthy: blocks.ownHealthy,
  ownDegraded: blocks.ownDegraded,
  ownDown: blocks.ownDown,
};

function countRow(which: string, promql: string): RowDefinition {
  return {
    id: `gatewayz_providers_${which}`,
    promql: { value: promql },
    blocks: countBlocks,
    derivation: 'providerCount',
    arguments: { state: which },
    idle,
  };
}

function countFamily(which: keyof typeof expressions.providerCounts, help: string): FamilyDefinition {
  return {
    endpoint: 'providers',
    name: `gatewayz_providers_${which}`,
    type: 'gauge',
    unit: '',
    help,
    labels: [],
    row: countRow(which, expressions.providerCounts[which]),
  };
}

/** `/providers`: health of the providers behind the gateway. */
export const providerFamilies: readonly FamilyDefinition[] = [
  countFamily(
    'total',
    'Current number of known providers: those with an inference, availability or error-rate series, idle ones included.',
  ),
  countFamily('healthy', 'Current number of providers with an error rate below 5 % over the last 5 minutes.'),
  countFamily('degraded', 'Current number of providers with an error rate from 5 % to 50 % over the last 5 minutes.'),
  countFamily(
    'down',
    'Current number of providers with an error rate above 50 % over the last 5 minutes, or with availability 0.',
  ),
  {
    endpoint: 'providers',
    name: 'provider_availability',
    type: 'gauge',
    unit: '',
    help: 'Whether the provider is available (1) or not (0). When derived: 1 while its error rate is at most 50 %.',
    labels: ['provider'],
    row: {
      id: 'provider_availability',
      promql: { value: expressions.availability },
      blocks: stateBlocks,
      derivation: 'providerAvailability',
      idle,
    },
  },
  {
    endpoint: 'providers',
    name: 'provider_error_rate',
    type: 'gauge',
    unit: '',
    help: 'Ratio of failed inference requests over the last 5 minutes, 0 to 1.',
    labels: ['provider'],
    row: {
      id: 'provider_error_rate',
      promql: { value: expressions.errorRate },
      blocks: errorBlocks,
      derivation: 'providerErrorRate',
      idle,
    },
  },
  {
    endpoint: 'providers',
    name: 'provider_response_time_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Mean response time of the provider in seconds over the last 5 minutes.',
    labels: ['provider'],
    row: {
      id: 'provider_response_time_seconds',
      promql: { value: expressions.responseTime },
      blocks: responseBlocks,
      derivation: 'providerResponseTime',
      idle,
    },
  },
  {
    endpoint: 'providers',
    name: 'gatewayz_provider_health_score',
    type: 'gauge',
    unit: '',
    help: 'Health score, 0 to 1: 0.4 * availability + 0.3 * (1 - error rate) + 0.3 * latency score, which is 1 at a mean of 1 s and 0 at 30 s. The weight of a missing part is shared among the others.',
    labels: ['provider'],
    row: {
      id: 'gatewayz_provider_health_score',
      promql: { value: expressions.healthScore },
      blocks: { ...stateBlocks, ...responseBlocks, ownHealthScore: blocks.ownHealthScore },
      derivation: 'providerHealthScore',
      idle,
    },
  },
];
