import type { Criterion, Gap, WatchReport } from '../report.js';
import { toMilliseconds } from '../service/check-handling-time.js';
import type { CheckedEndpoint } from '../service/checked-endpoints.js';
import { boundOfQuantile } from '../service/service-metrics.js';

/** What one probe of the service saw. Times are epoch milliseconds. */
export interface WatchProbe {
  readonly at: number;
  /** Why an endpoint failed; undefined when none did. */
  readonly service: string | undefined;
  /** Why the values are old or none; undefined when they are fresh. */
  readonly data: string | undefined;
  /** Client times in seconds, by endpoint. */
  readonly client: ReadonlyMap<string, number>;
  /** Handling times since the previous probe, by endpoint: counts by upper bound in seconds. */
  readonly handled: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** Shares of probes. */
const leastAvailability = 0.999;

export interface WatchLimits {
  /** Milliseconds. */
  readonly unwatched: number;
  /** Seconds; the service shows the last good values for as long. */
  readonly longestGap: number;
  readonly endpoints: readonly CheckedEndpoint[];
}

interface OpenGap {
  readonly from: number;
  readonly reason: string;
}

/** The result of all probes of a watch. Grows with the gaps, not with the probes. */
export class WatchRecord {
  readonly #from: number;
  readonly #planned: number;
  /** Longest time between two probes, in milliseconds; a longer one is a gap. */
  readonly #unwatched: number;
  readonly #longestGap: number;
  readonly #endpoints: readonly CheckedEndpoint[];
  readonly #gaps: Gap[] = [];
  readonly #open = new Map<'service' | 'data', OpenGap>();
  readonly #handled = new Map<string, Map<number, number>>();
  readonly #client = new Map<string, number>();
  #last: number;
  #probes = 0;
  #available = 0;
  #fresh = 0;

  /** @param from epoch milliseconds @param planned milliseconds */
  constructor(from: number, planned: number, { unwatched, longestGap, endpoints }: WatchLimits) {
    this.#longestGap = longestGap;
    this.#endpoints = endpoints;
    this.#from = from;
    this.#last = from;
    this.#planned = planned;
    this.#unwatched = unwatched;
  }

  note({ at, service, data, client, handled }: WatchProbe): void {
    if (at - this.#last > this.#unwatched) this.#gap('watch', this.#last, at, 'no probe: was this machine asleep?');
    this.#follow('service', at, service);
    this.#follow('data', at, service ?? data);
    this.#probes += 1;
    if (service === undefined) this.#available += 1;
    if (service === undefined && data === undefined) this.#fresh += 1;
    for (const [endpoint, seconds] of client) {
      this.#client.set(endpoint, Math.max(seconds, this.#client.get(endpoint) ?? 0));
    }
    for (const [endpoint, counts] of handled) {
      const sums = this.#handled.get(endpoint) ?? new Map<number, number>();
      for (const [bound, count] of counts) sums.set(bound, (sums.get(bound) ?? 0) + count);
      this.#handled.set(endpoint, sums);
    }
    this.#last = at;
  }

  /** Progress in one line. */
  progress(): string {
    const { seconds, plannedSeconds, availability, gaps } = this.report();
    const last = gaps.at(-1);
    const gap = last === undefined ? 'no gap' : `${gapCount(gaps)}, the last from ${last.from} for ${last.seconds} s`;
    return `watched ${hours(seconds)} of ${hours(plannedSeconds)}: ${percent(availability)} available, ${gap}`;
  }

  report(): WatchReport {
    const open = [...this.#open].map(([what, { from, reason }]) => toGap(what, from, this.#last, reason));
    return {
      from: new Date(this.#from).toISOString(),
      to: new Date(this.#last).toISOString(),
      seconds: Math.round((this.#last - this.#from) / 1000),
      plannedSeconds: Math.round(this.#planned / 1000),
      probes: this.#probes,
      availability: share(this.#available, this.#probes),
      freshness: share(this.#fresh, this.#probes),
      gaps: [...this.#gaps, ...open],
      worst: Object.fromEntries(this.#endpoints.map(({ endpoint }) => [endpoint, this.#worstOf(endpoint)])),
    };
  }

  /** The criteria of the watch. */
  criteria(): readonly Criterion[] {
    const { seconds, plannedSeconds, probes, availability, freshness, gaps } = this.report();
    const longest = Math.max(0, ...gaps.map((gap) => gap.seconds));
    const slow = this.#endpoints.filter(({ endpoint, budget }) => {
      const bound = boundOfQuantile(this.#handled.get(endpoint) ?? new Map(), 0.99);
      return bound !== undefined && toMilliseconds(bound) > budget;
    });
    return [
      {
        id: 'watch.duration',
        ok: seconds >= plannedSeconds,
        value: seconds,
        budget: plannedSeconds,
        detail: `watched for ${hours(seconds)}, ${probes} probes`,
      },
      {
        id: 'watch.availability',
        ok: availability >= leastAvailability,
        value: availability,
        budget: leastAvailability,
        detail: `${percent(availability)} of ${probes} probes got a valid response from every endpoint`,
      },
      {
        id: 'watch.freshness',
        ok: freshness >= leastAvailability,
        value: freshness,
        budget: leastAvailability,
        detail: `${percent(freshness)} of ${probes} probes saw fresh values`,
      },
      {
        id: 'watch.gap',
        ok: longest <= this.#longestGap,
        value: longest,
        budget: this.#longestGap,
        detail: gaps.length === 0 ? 'no gap' : `${gapCount(gaps)}, the longest ${longest} s`,
      },
      {
        id: 'watch.times',
        ok: slow.length === 0,
        value: slow.length,
        budget: 0,
        detail:
          slow.length === 0
            ? 'p99 of every endpoint within its budget'
            : `p99 over its budget: ${slow.map(({ endpoint }) => endpoint).join(', ')}`,
      },
    ];
  }

  #follow(what: 'service' | 'data', at: number, reason: string | undefined): void {
    const open = this.#open.get(what);
    if (reason !== undefined && !open) this.#open.set(what, { from: at, reason });
    if (reason !== undefined || !open) return;
    this.#gap(what, open.from, at, open.reason);
    this.#open.delete(what);
  }

  #gap(what: Gap['what'], from: number, to: number, reason: string): void {
    this.#gaps.push(toGap(what, from, to, reason));
  }

  #worstOf(endpoint: string): WatchReport['worst'][string] {
    const slowest = boundOfQuantile(this.#handled.get(endpoint) ?? new Map(), 1);
    const known = slowest !== undefined && Number.isFinite(slowest);
    return {
      handling: known ? toMilliseconds(slowest) : null,
      client: toMilliseconds(this.#client.get(endpoint) ?? 0),
    };
  }
}

function gapCount({ length }: readonly Gap[]): string {
  return length === 1 ? '1 gap' : `${length} gaps`;
}

function toGap(what: Gap['what'], from: number, to: number, reason: string): Gap {
  const seconds = Math.round((to - from) / 1000);
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), seconds, what, reason };
}

/** With four decimals, never rounded up to 1. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part / whole) * 10_000) / 10_000;
}

export function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100} %`;
}

/** `23h59m`, `4m10s`, `7s` */
export function hours(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return m > 0 ? `${h}h${m}m` : `${h}h`;
  return m > 0 ? (s > 0 ? `${m}m${s}s` : `${m}m`) : `${s}s`;
}
