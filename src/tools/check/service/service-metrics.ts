import { parseValue } from '../../../catalogue/derivations/number.js';
import { requestMetrics } from '../../../request-metrics.js';
import { type ParsedFamily, parseExposition } from './parse-exposition.js';
import { isFailure, type ServiceClient } from './service-client.js';

/** The service's own metrics, from one scrape. */
export class ServiceMetrics {
  readonly #families: ReadonlyMap<string, ParsedFamily>;

  constructor(families: readonly ParsedFamily[]) {
    this.#families = new Map(families.map((family) => [family.name, family]));
  }

  /** Of a metric without labels. */
  value(name: string): number | undefined {
    const sample = this.#families.get(name)?.samples[0];
    return sample && parseValue(sample.value);
  }

  /** By the value of a label. */
  byLabel(name: string, label: string): ReadonlyMap<string, number> {
    const samples = this.#families.get(name)?.samples ?? [];
    const sums = new Map<string, number>();
    for (const { labels, value } of samples) {
      const key = labels[label] ?? '';
      sums.set(key, (sums.get(key) ?? 0) + parseValue(value));
    }
    return sums;
  }

  /** Cumulative counts of handling times of an endpoint, by upper bound in seconds. */
  handlingTimes(endpoint: string): ReadonlyMap<number, number> {
    const { name } = requestMetrics.duration;
    const samples = this.#families.get(name)?.samples ?? [];
    return new Map(
      samples
        .filter((sample) => sample.name === `${name}_bucket` && sample.labels['endpoint'] === endpoint)
        .map(({ labels, value }) => [parseValue(labels['le'] ?? ''), parseValue(value)]),
    );
  }
}

/** Scrapes the service; undefined without a valid response. Rejects only with the reason of `signal`. */
export async function scrapeService(service: ServiceClient, signal: AbortSignal): Promise<ServiceMetrics | undefined> {
  const response = await service.get('', signal);
  if (isFailure(response) || response.status !== 200) return undefined;
  try {
    return new ServiceMetrics(parseExposition(response.body, 'text'));
  } catch {
    return undefined;
  }
}

/** Counts between two scrapes; undefined if any count fell, because another process counted. */
export function countedBetween(
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> | undefined {
  const counts = new Map([...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]));
  return [...counts.values()].some((count) => count < 0) ? undefined : counts;
}

/** The upper bound, in seconds, of the bucket that holds a quantile; undefined without observations. */
export function boundOfQuantile(counts: ReadonlyMap<number, number>, quantile: number): number | undefined {
  const total = counts.get(Number.POSITIVE_INFINITY) ?? 0;
  if (total === 0) return undefined;
  return [...counts].sort(([a], [b]) => a - b).find(([, count]) => count >= quantile * total)?.[0];
}
