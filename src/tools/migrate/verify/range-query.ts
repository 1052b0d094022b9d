import { z } from 'zod';
import { systemClock } from '../../../clock.js';
import { GatewayzMetricsError } from '../../../errors.js';
import { joinBody } from '../../../http-client/read-body.js';
import type { Labels } from '../../../model.js';
import { ApiTransport } from '../../../prometheus/api-transport.js';
import type { PrometheusSettings } from '../../../prometheus/prometheus-settings.js';
import { parseData } from '../../../prometheus/read-response.js';

/** A series over a window: step index → value as Prometheus sent it. Steps without a sample are missing. */
export interface RangeSeries {
  readonly name: string;
  /** Without `__name__`. */
  readonly labels: Labels;
  readonly values: ReadonlyMap<number, string>;
}

/** Times in epoch milliseconds; steps are counted from `start`. */
export interface RangeWindow {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

const matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(
    z.object({
      metric: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.number(), z.string()])),
    }),
  ),
});

/** Range queries against one Prometheus. */
export class RangeClient {
  readonly #transport: ApiTransport;

  constructor(settings: PrometheusSettings) {
    this.#transport = new ApiTransport(settings, systemClock);
  }

  /** URL without credentials, for messages. */
  get source(): string {
    return this.#transport.source;
  }

  async query(promql: string, { start, end, step }: RangeWindow, signal: AbortSignal): Promise<readonly RangeSeries[]> {
    const seconds = (milliseconds: number) => String(milliseconds / 1000);
    const parameters = new URLSearchParams({
      query: promql,
      start: seconds(start),
      end: seconds(end),
      step: seconds(step),
      nocache: '1',
    });
    const question = { method: 'POST', path: '/api/v1/query_range', parameters } as const;
    const { data } = await this.#transport.ask(
      question,
      async (chunks, asked) => parseData(await joinBody(chunks), asked),
      signal,
    );
    const read = matrix.safeParse(data);
    if (!read.success)
      throw new GatewayzMetricsError('upstream_invalid', `${this.source} did not return a matrix for ${promql}`);
    return read.data.result.map(({ metric: { __name__: name = '', ...labels }, values }) => ({
      name,
      labels,
      values: new Map(values.map(([time, value]) => [Math.round((time * 1000 - start) / step), value])),
    }));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}
