import type { Sample, Vector } from '../../model.js';
import type { BlockVectors } from '../block-vectors.js';
import { degradedErrorRate, downErrorRate, fastResponseSeconds, slowResponseSeconds } from '../thresholds.js';
import { parseValue } from './number.js';
import { avgBy, divide, filterGrouped, firstOf, type Grouped, mapGrouped, scalarOf, sumBy, within } from './vector.js';

type ErrorBlocks = BlockVectors<'inferenceRate' | 'ownErrorRate'>;
type StateBlocks = ErrorBlocks & BlockVectors<'ownAvailability'>;
type ResponseBlocks = BlockVectors<
  | 'ownResponse'
  | 'ownResponseSumRate'
  | 'ownResponseCountRate'
  | 'inferenceDurationSumRate'
  | 'inferenceDurationCountRate'
  | 'responseDurationSumRate'
  | 'responseDurationCountRate'
>;

function derivedErrorRate({ inferenceRate }: BlockVectors<'inferenceRate'>): Grouped {
  const all = sumBy(inferenceRate, 'provider');
  const failed = sumBy(inferenceRate, 'provider', (sample) => sample.labels['status'] !== 'success');
  return divide(
    mapGrouped(all, (_, provider) => failed.get(provider) ?? 0),
    all,
  );
}

/** Error rate 0–1 by provider. A derived rate replaces an exported rate of 0, because a gauge that is never set reads 0. */
export function errorRate(blocks: ErrorBlocks): Grouped {
  const own = avgBy(blocks.ownErrorRate, 'provider', within(0, 1));
  return firstOf(
    filterGrouped(own, (value) => value > 0),
    derivedErrorRate(blocks),
    own,
  );
}

/** Availability 0 or 1 by provider. A job with any value above 1 exports percent. Instances are averaged: 1 from 0.5. */
export function availability(blocks: StateBlocks): Grouped {
  const own = mapGrouped(meanAvailability(blocks.ownAvailability), (mean) => Number(mean >= 0.5));
  return firstOf(
    own,
    mapGrouped(derivedErrorRate(blocks), (rate) => Number(rate <= downErrorRate)),
  );
}

function meanAvailability(series: Vector): Grouped {
  const job = (sample: Sample): string => sample.labels['job'] ?? '';
  const percentJobs = new Set(series.filter((sample) => parseValue(sample.value) > 1).map(job));
  return avgBy(series, 'provider', (sample) => {
    const value = parseValue(sample.value);
    return value >= 0 ? value / (percentJobs.has(job(sample)) ? 100 : 1) : undefined;
  });
}

/** Mean response time in seconds by provider: own gauge, own histogram, inference durations, response durations. */
export function responseTime(blocks: ResponseBlocks): Grouped {
  const mean = (total: Vector, count: Vector): Grouped => divide(sumBy(total, 'provider'), sumBy(count, 'provider'));
  return firstOf(
    avgBy(blocks.ownResponse, 'provider', within(Number.MIN_VALUE, Number.POSITIVE_INFINITY)),
    mean(blocks.ownResponseSumRate, blocks.ownResponseCountRate),
    mean(blocks.inferenceDurationSumRate, blocks.inferenceDurationCountRate),
    mean(blocks.responseDurationSumRate, blocks.responseDurationCountRate),
  );
}

/**
 * Health score 0–1 by provider: 0.4 availability + 0.3 (1 − error rate) + 0.3 latency score, the last being
 * (30 s − mean) / 29 s within 0–1. The weight of a missing part is shared among the others. Exported scores within 0–1 take precedence.
 */
export function healthScore(blocks: StateBlocks & ResponseBlocks & BlockVectors<'ownHealthScore'>): Grouped {
  const up = availability(blocks);
  const errors = errorRate(blocks);
  const seconds = responseTime(blocks);
  const score = mapGrouped(firstOf(up, errors), (_, provider) => {
    const parts: [weight: number, value: number][] = [];
    const add = (weight: number, value: number | undefined): unknown =>
      value !== undefined && parts.push([weight, value]);
    add(0.4, up.get(provider));
    add(
      0.3,
      mapDefined(errors.get(provider), (rate) => 1 - rate),
    );
    add(0.3, mapDefined(seconds.get(provider), latencyScore));
    const weights = parts.reduce((total, [weight]) => total + weight, 0);
    return parts.reduce((total, [weight, value]) => total + weight * value, 0) / weights;
  });
  const own = avgBy(blocks.ownHealthScore, 'provider', within(0, 1));
  return firstOf(own, score);
}

function latencyScore(seconds: number): number {
  return Math.min(1, Math.max(0, (slowResponseSeconds - seconds) / (slowResponseSeconds - fastResponseSeconds)));
}

function mapDefined<T, U>(value: T | undefined, change: (value: T) => U): U | undefined {
  return value === undefined ? undefined : change(value);
}

const providerStates = ['total', 'healthy', 'degraded', 'down'] as const;
export type ProviderCount = (typeof providerStates)[number];

/** @throws {TypeError} for a text that names no state */
export function providerState(text: string): ProviderCount {
  const state = providerStates.find((name) => name === text);
  if (state === undefined)
    throw new TypeError(`expected one of ${providerStates.join(', ')}, got ${JSON.stringify(text)}`);
  return state;
}

type CountBlocks = StateBlocks &
  BlockVectors<'ownTotal' | 'ownHealthy' | 'ownDegraded' | 'ownDown' | 'knownByInference'>;

/**
 * Number of providers in total and by state. The four exported counts are used together or not at all: only if the total is
 * positive and at least the sum of the states. Providers without a state (idle, no exported values) count in the total only;
 * if no provider has a state, the state counts are undefined.
 */
export function providerCount(blocks: CountBlocks, which: ProviderCount): number | undefined {
  const own = ownCounts(blocks);
  if (own) return own[which];
  if (which === 'total') return knownProviders(blocks) || undefined;
  const up = availability(blocks);
  const down = filterGrouped(up, (value) => value === 0);
  const severities = firstOf(
    mapGrouped(down, () => 1),
    errorRate(blocks),
    mapGrouped(up, () => 0),
  );
  if (severities.size === 0) return undefined;
  return [...severities.values()].filter((severity) => stateOf(severity) === which).length;
}

function stateOf(severity: number): ProviderCount | undefined {
  if (severity < degradedErrorRate) return 'healthy';
  if (severity > downErrorRate) return 'down';
  return Number.isNaN(severity) ? undefined : 'degraded';
}

function ownCounts(blocks: CountBlocks): Record<ProviderCount, number> | undefined {
  const total = scalarOf(blocks.ownTotal);
  const healthy = scalarOf(blocks.ownHealthy);
  const degraded = scalarOf(blocks.ownDegraded);
  const down = scalarOf(blocks.ownDown);
  if (total === undefined || healthy === undefined || degraded === undefined || down === undefined) return undefined;
  return total > 0 && total >= healthy + degraded + down ? { total, healthy, degraded, down } : undefined;
}

function knownProviders(blocks: CountBlocks): number {
  const providers = [blocks.knownByInference, blocks.ownAvailability, blocks.ownErrorRate].flatMap((vector) =>
    vector.map((sample) => sample.labels['provider'] ?? ''),
  );
  return new Set(providers.filter((provider) => provider !== '')).size;
}
