import { type Clock, systemClock } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';
import { joinBody } from '../http-client/read-body.js';
import { ApiTransport } from './api-transport.js';
import type { PrometheusSettings } from './prometheus-settings.js';
import { parseData } from './read-response.js';

/** Milliseconds: both ends and the distance of the points. */
export interface RangeWindow {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export interface RangePoint {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly value: number;
}

/** Range queries of a single series. Rejects like `PrometheusClient`. */
export interface RangeClient {
  range(promql: string, window: RangeWindow, signal: AbortSignal): Promise<readonly RangePoint[]>;
  close(): Promise<void>;
}

/** Opens no connection yet, and at most two. */
export function createRangeClient(settings: PrometheusSettings, clock: Clock = systemClock): RangeClient {
  const transport = new ApiTransport({ ...settings, prometheusConnections: 2 }, clock);
  return {
    async range(promql, { from, to, step }, signal) {
      const parameters = new URLSearchParams({
        query: promql,
        start: String(from / 1000),
        end: String(to / 1000),
        step: String(step / 1000),
        nocache: '1',
      });
      const { data } = await transport.ask(
        { method: 'POST', path: '/api/v1/query_range', parameters },
        async (chunks, asked) => pointsOf(parseData(await joinBody(chunks), asked), transport.source),
        signal,
      );
      return data;
    },
    close: () => transport.close(),
  };
}

function pointsOf(data: unknown, source: string): readonly RangePoint[] {
  const { resultType, result } = data as { readonly resultType?: unknown; readonly result?: unknown };
  const invalid = new GatewayzMetricsError('upstream_invalid', `${source} answered something else than a matrix.`);
  if (resultType !== 'matrix' || !Array.isArray(result)) throw invalid;
  const [series] = result as readonly { readonly values?: readonly unknown[] }[];
  return (series?.values ?? []).map((pair) => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'number' || typeof pair[1] !== 'string') throw invalid;
    return { timestamp: 1000 * pair[0], value: Number(pair[1]) };
  });
}
