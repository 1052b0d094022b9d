import type { Metric } from '../../model.js';
import type { BlockVectors } from '../block-vectors.js';
import { countBounds, mergeHistograms } from './histogram.js';
import * as providers from './providers.js';
import { quantileSummary } from './quantile-summary.js';
import { cacheHitRatio, matchingShare, ratio } from './ratio.js';
import { groupedToVector, meanOf, scaled, sum, toVector } from './vector.js';

export type DerivationArguments = Readonly<Record<string, string | number | readonly string[]>>;

type ArgumentType = 'number' | 'text' | 'labels';

/** A named pure function that combines the blocks of a row. Presets and YAML rows refer to it by name. */
export interface Derivation<Block extends string = string> {
  /** One sentence for the documentation. */
  readonly help: string;
  /** Blocks that it reads, by local name. */
  readonly blocks: readonly Block[];
  /** Blocks that it reads if the row has them. */
  readonly optionalBlocks?: readonly Block[];
  /** Arguments by name; all others are rejected. */
  readonly arguments?: Readonly<Record<string, { readonly type: ArgumentType; readonly required?: boolean }>>;
  readonly derive: (blocks: BlockVectors<Block>, args: DerivationArguments) => readonly Metric[];
}

function define<const Block extends string>(derivation: Derivation<Block>): Derivation<Block> {
  return derivation;
}

const number = (args: DerivationArguments, name: string, otherwise: number): number =>
  typeof args[name] === 'number' ? args[name] : otherwise;
const text = (args: DerivationArguments, name: string): string => String(args[name] ?? '');
const labels = (args: DerivationArguments, name: string): readonly string[] => {
  const value = args[name];
  return Array.isArray(value) ? value : [];
};

const errorBlocks = ['inferenceRate', 'ownErrorRate'] as const;
const stateBlocks = [...errorBlocks, 'ownAvailability'] as const;
const responseBlocks = [
  'ownResponse',
  'ownResponseSumRate',
  'ownResponseCountRate',
  'inferenceDurationSumRate',
  'inferenceDurationCountRate',
  'responseDurationSumRate',
  'responseDurationCountRate',
] as const;
const countBlocks = [
  ...stateBlocks,
  ...(['knownByInference', 'ownTotal', 'ownHealthy', 'ownDegraded', 'ownDown'] as const),
] as const;

/** Every derivation, by name. */
export const derivations = {
  value: define({
    help: 'The block as it is.',
    blocks: ['value'],
    derive: ({ value }) => value,
  }),
  scaled: define({
    help: 'The block, times a factor.',
    blocks: ['value'],
    arguments: { factor: { type: 'number', required: true } },
    derive: ({ value }, args) => scaled(value, number(args, 'factor', 1)),
  }),
  firstNonEmpty: define({
    help: 'The first of the two blocks that has a value.',
    blocks: ['first', 'second'],
    derive: ({ first, second }) => (first.length > 0 ? first : second),
  }),
  ratio: define({
    help: 'Sum of the dividend over the sum of the divisor, times a factor; missing while the divisor is 0.',
    blocks: ['dividend', 'divisor'],
    arguments: { factor: { type: 'number' } },
    derive: ({ dividend, divisor }, args) => toVector(ratio(sum(dividend), sum(divisor), number(args, 'factor', 1))),
  }),
  matchingShare: define({
    help: 'Share of the block whose label matches a pattern, times a factor; 0 if nothing matches, missing if there is nothing.',
    blocks: ['value'],
    arguments: {
      label: { type: 'text', required: true },
      pattern: { type: 'text', required: true },
      factor: { type: 'number' },
    },
    derive: ({ value }, args) =>
      toVector(matchingShare(value, text(args, 'label'), text(args, 'pattern'), number(args, 'factor', 1))),
  }),
  histogram: define({
    help: 'Whole histograms from buckets, sums and bucket bounds; bounds that some source histograms lack are dropped.',
    blocks: ['buckets', 'sums', 'bucketBounds'],
    optionalBlocks: ['hasDuplicates'],
    arguments: { by: { type: 'labels' } },
    derive: ({ buckets, sums, bucketBounds, hasDuplicates }, args) => {
      const single = hasDuplicates !== undefined && hasDuplicates.length === 0;
      return mergeHistograms(buckets, sums, single ? countBounds(buckets) : bucketBounds, labels(args, 'by'));
    },
  }),
  quantileSummary: define({
    help: 'Quantiles 0.5, 0.95 and 0.99 from bucket rates, else from an exported summary; with sum and count.',
    blocks: ['rate', 'sum', 'count'],
    optionalBlocks: ['own'],
    derive: ({ rate, sum: total, count, own }) => quantileSummary(rate, total, count, own ?? []),
  }),
  cacheHitRatio: define({
    help: 'Exported cache hit ratio, else hits over lookups, else the same of the catalog cache.',
    blocks: ['own', 'hits', 'misses', 'hitsSeries', 'missesSeries', 'catalogHits', 'catalogMisses'],
    derive: (blocks) => toVector(cacheHitRatio(blocks)),
  }),
  providerErrorRate: define({
    help: 'Error rate by provider, exported or derived from requests by status.',
    blocks: errorBlocks,
    derive: (blocks) => groupedToVector(providers.errorRate(blocks), 'provider'),
  }),
  meanProviderErrorRate: define({
    help: 'Unweighted mean error rate over the providers that have one.',
    blocks: errorBlocks,
    derive: (blocks) => toVector(meanOf(providers.errorRate(blocks))),
  }),
  providerAvailability: define({
    help: 'Availability 0 or 1 by provider, exported or derived from the error rate.',
    blocks: stateBlocks,
    derive: (blocks) => groupedToVector(providers.availability(blocks), 'provider'),
  }),
  providerResponseTime: define({
    help: 'Mean response time by provider in seconds.',
    blocks: responseBlocks,
    derive: (blocks) => groupedToVector(providers.responseTime(blocks), 'provider'),
  }),
  meanProviderResponseTime: define({
    help: 'Unweighted mean response time over the providers that have one, times a factor.',
    blocks: responseBlocks,
    arguments: { factor: { type: 'number' } },
    derive: (blocks, args) => toVector(meanOf(providers.responseTime(blocks), number(args, 'factor', 1))),
  }),
  providerHealthScore: define({
    help: 'Health score 0 to 1 by provider.',
    blocks: [...stateBlocks, ...responseBlocks, 'ownHealthScore'],
    derive: (blocks) => groupedToVector(providers.healthScore(blocks), 'provider'),
  }),
  providerCount: define({
    help: 'Number of providers in a state: total, healthy, degraded or down.',
    blocks: countBlocks,
    arguments: { state: { type: 'text', required: true } },
    derive: (blocks, args) => toVector(providers.providerCount(blocks, providers.providerState(text(args, 'state')))),
  }),
} as const;

export type DerivationName = keyof typeof derivations;

export function isDerivationName(name: string): name is DerivationName {
  return Object.hasOwn(derivations, name);
}

/** Applies a derivation; a block that is not in `blocks` counts as empty. */
export function applyDerivation(
  name: DerivationName,
  blocks: BlockVectors,
  args: DerivationArguments,
): readonly Metric[] {
  const derivation: Derivation = derivations[name];
  return derivation.derive(blocks, args);
}

/** Lists what is wrong with a row's use of a derivation: unknown name, missing or unknown blocks and arguments. */
export function derivationProblems(name: string, blocks: readonly string[], args: DerivationArguments): string[] {
  if (!isDerivationName(name)) {
    return [`derivation: expected one of ${Object.keys(derivations).join(', ')}, got ${JSON.stringify(name)}`];
  }
  const derivation: Derivation = derivations[name];
  const { optionalBlocks = [], arguments: rules = {} } = derivation;
  const known = [...derivation.blocks, ...optionalBlocks];
  return [
    ...derivation.blocks
      .filter((block) => !blocks.includes(block))
      .map((block) => `blocks: ${name} needs the block ${block}`),
    ...blocks
      .filter((block) => !known.includes(block))
      .map((block) => `blocks: ${name} does not use the block ${block}`),
    ...Object.keys(args)
      .filter((arg) => !Object.hasOwn(rules, arg))
      .map((arg) => `arguments: ${name} has no argument ${arg}`),
    ...Object.entries(rules).flatMap(([arg, { type, required }]) =>
      argumentProblem(name, arg, type, required === true, args[arg]),
    ),
  ];
}

function argumentProblem(
  name: string,
  arg: string,
  type: ArgumentType,
  required: boolean,
  value: DerivationArguments[string] | undefined,
): string[] {
  if (value === undefined) return required ? [`arguments: ${name} needs the argument ${arg}`] : [];
  const fits = { number: typeof value === 'number', text: typeof value === 'string', labels: Array.isArray(value) }[
    type
  ];
  return fits ? [] : [`arguments: ${name}: expected ${argumentWords[type]} for ${arg}, got ${JSON.stringify(value)}`];
}

const argumentWords: Readonly<Record<ArgumentType, string>> = {
  number: 'a number',
  text: 'text',
  labels: 'a list of labels',
};
