import { z } from 'zod';
import { systemClock } from '../../../clock.js';
import { GatewayzMetricsError } from '../../../errors.js';
import { joinBody } from '../../../http-client/read-body.js';
import type { Labels, Vector } from '../../../model.js';
import { ApiTransport } from '../../../prometheus/api-transport.js';
import type { PrometheusSettings } from '../../../prometheus/prometheus-settings.js';
import { parseData } from '../../../prometheus/read-response.js';

/** Epoch milliseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

const labelSet = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);
const element = z.object({ metric: labelSet, value: sample.optional(), values: z.array(sample).optional() });
const result = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('scalar'), result: sample }),
  z.object({ resultType: z.literal('string'), result: sample }),
  z.object({ resultType: z.literal('vector'), result: z.array(element) }),
  z.object({ resultType: z.literal('matrix'), result: z.array(element) }),
]);

/**
 * The calls of the Prometheus API that a check needs. Everything rejects with a `GatewayzMetricsError` (`upstream_…`), or with
 * the reason of the signal.
 */
export class PrometheusApi {
  readonly #transport: ApiTransport;
  readonly #signal: AbortSignal;

  /** @param signal ends all calls */
  constructor(settings: PrometheusSettings, signal: AbortSignal) {
    this.#transport = new ApiTransport(settings, systemClock);
    this.#signal = signal;
  }

  /** What messages call it: its address without credentials. */
  get source(): string {
    return this.#transport.source;
  }

  /** The elements that an instant query gives; a scalar is one without labels. `at` is epoch milliseconds. */
  async vector(promql: string, at: number): Promise<Vector> {
    const data = await this.#query(promql, at);
    if (data.resultType === 'scalar') return [{ labels: {}, value: data.result[1] }];
    if (data.resultType !== 'vector') throw this.#invalid(`a ${data.resultType}, expected a vector`);
    return data.result.flatMap(({ metric: { __name__: _, ...labels }, value }) =>
      value ? [{ labels, value: value[1] }] : [],
    );
  }

  /** Every value that an instant query of any type gives, as Prometheus wrote it. */
  async instant(promql: string, at: number): Promise<readonly string[]> {
    return valuesOf(await this.#query(promql, at));
  }

  /** The same for a range query. @param step milliseconds */
  async range(promql: string, { from, to }: Window, step: number): Promise<readonly string[]> {
    const window = { start: seconds(from), end: seconds(to), step: seconds(step) };
    return valuesOf(await this.#ask('POST', '/api/v1/query_range', { query: promql, ...window, nocache: '1' }, result));
  }

  /** @param selector as `match[]`; undefined for all series */
  labelValues(label: string, selector: string | undefined, window: Window): Promise<readonly string[]> {
    const path = `/api/v1/label/${encodeURIComponent(label)}/values`;
    return this.#ask('GET', path, matching(selector, window), z.array(z.string()));
  }

  labelNames(selector: string | undefined, window: Window): Promise<readonly string[]> {
    return this.#ask('GET', '/api/v1/labels', matching(selector, window), z.array(z.string()));
  }

  /** With `__name__`. */
  series(selector: string, window: Window): Promise<readonly Labels[]> {
    return this.#ask('GET', '/api/v1/series', matching(selector, window), z.array(labelSet));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #query(promql: string, at: number): Promise<z.infer<typeof result>> {
    return this.#ask('POST', '/api/v1/query', { query: promql, time: seconds(at), nocache: '1' }, result);
  }

  async #ask<T>(
    method: 'GET' | 'POST',
    path: string,
    parameters: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const { data } = await this.#transport.ask(
      { method, path, parameters: new URLSearchParams(parameters) },
      async (chunks, asked) => parseData(await joinBody(chunks), asked),
      this.#signal,
    );
    const read = schema.safeParse(data);
    if (read.success) return read.data;
    throw this.#invalid(`something else than it should at ${path}`);
  }

  #invalid(what: string): GatewayzMetricsError {
    return new GatewayzMetricsError('upstream_invalid', `${this.source} answered ${what}`);
  }
}

function valuesOf(data: z.infer<typeof result>): readonly string[] {
  if (data.resultType === 'scalar' || data.resultType === 'string') return [data.result[1]];
  return data.result.flatMap(({ value, values }) => {
    const samples = value ? [value] : values;
    // A native histogram is no number, but it is data.
    return samples ? samples.map(([, text]) => text) : ['histogram'];
  });
}

function matching(selector: string | undefined, { from, to }: Window): Readonly<Record<string, string>> {
  return { start: seconds(from), end: seconds(to), ...(selector !== undefined && { 'match[]': selector }) };
}

function seconds(milliseconds: number): string {
  return String(Math.round(milliseconds) / 1000);
}
