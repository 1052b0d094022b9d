import { Cancellation, type CancelSignal } from '../cancellation.js';
import type { MetricsRequest, MetricsResponse } from '../http/message.js';

/** A request whose client can be told to have left, with the reader's name. */
export interface DatasourceRequest extends MetricsRequest {
  /** Reader, if known: responses are never shared between principals. */
  readonly principal?: string | undefined;
  readonly signal: CancelSignal;
}

export type DatasourceResponse = MetricsResponse;

/** Reads body and signal, which adapters create on first use. */
export function toDatasourceRequest(request: MetricsRequest, principal?: string): DatasourceRequest {
  const { method, url, headers, remoteAddress, body, signal = new Cancellation() } = request;
  return { method, url, headers, remoteAddress, body, signal, principal };
}
