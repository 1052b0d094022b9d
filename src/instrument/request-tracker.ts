import { performance } from 'node:perf_hooks';
import type { InputValidator } from './input-validator.js';
import type { Instruments } from './instruments.js';

export interface RequestStart {
  /** Recorded as `OTHER` unless GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS. */
  readonly method: string;
  /** Route pattern, or a constant if there is none; never the URL. */
  readonly path: string;
  readonly bytes?: number | undefined;
}

export interface RequestEnd {
  readonly status: number;
  /** Route pattern, for frameworks that match the route after the start. */
  readonly path?: string | undefined;
  readonly bytes?: number | undefined;
}

/** Starts a request, which is in progress until the returned function is called; further calls do nothing. */
export type TrackRequest = (start: RequestStart) => (end: RequestEnd) => void;

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const call = 'trackRequest';

export function createRequestTracker(
  instruments: Instruments,
  validator: InputValidator,
  appName: string,
): TrackRequest {
  const pathOf = (path: unknown) => validator.label(call, 'path', path) ?? 'unmatched';

  return (start) => {
    const startedAt = performance.now();
    const method = methods.has(start?.method) ? start.method : 'OTHER';
    const startLabels = { app_name: appName, method, path: pathOf(start?.path) };
    instruments.requestsInProgress.inc(startLabels);
    let ended = false;

    return validator.guard(call, (end) => {
      if (ended) return;
      ended = true;
      instruments.requestsInProgress.dec(startLabels);

      const seconds = (performance.now() - startedAt) / 1000;
      const labels = end.path === undefined ? startLabels : { ...startLabels, path: pathOf(end.path) };
      const endpoint = { method, endpoint: labels.path };
      instruments.requestSeconds.observe(labels, seconds);
      instruments.endpointSeconds.observe(endpoint, seconds);
      const received = start?.bytes === undefined ? undefined : validator.amount(call, 'bytes', start.bytes);
      if (received !== undefined) instruments.requestBytes.observe(labels, received);
      const sent = end.bytes === undefined ? undefined : validator.amount(call, 'bytes', end.bytes);
      if (sent !== undefined) instruments.responseBytes.observe(labels, sent);

      if (!Number.isInteger(end.status) || end.status < 100 || end.status > 599) {
        validator.reject(`${call}.status`);
        return;
      }
      const status = { status_code: `${end.status}`, status_class: `${Math.floor(end.status / 100)}xx` };
      instruments.requests.inc({ ...labels, ...status });
      instruments.endpointRequests.inc({ ...endpoint, ...status });
    });
  };
}
