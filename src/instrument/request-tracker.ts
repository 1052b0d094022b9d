import { performance } from 'node:perf_hooks';
import type { Instruments } from './instruments.js';
import type { Intake } from './intake.js';

export interface RequestStart {
  /** Counts as `OTHER` unless it is one of the usual seven. */
  readonly method: string;
  /** The route pattern, or a constant where there is none: never the URL. */
  readonly path: string;
  readonly bytes?: number | undefined;
}

export interface RequestEnd {
  readonly status: number;
  /** For frameworks that choose the route after the start. */
  readonly path?: string | undefined;
  readonly bytes?: number | undefined;
}

/** A request is in progress until the function that this returns is called; further calls of it do nothing. */
export type TrackRequest = (start: RequestStart) => (end: RequestEnd) => void;

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const call = 'trackRequest';

export function createRequestTracker(instruments: Instruments, intake: Intake, appName: string): TrackRequest {
  const pathOf = (path: unknown) => intake.label(call, 'path', path) ?? 'unmatched';

  return (start) => {
    const startedAt = performance.now();
    const method = methods.has(start?.method) ? start.method : 'OTHER';
    const begun = { app_name: appName, method, path: pathOf(start?.path) };
    instruments.requestsInProgress.inc(begun);
    let open = true;

    return intake.guard(call, (end) => {
      if (!open) return;
      open = false;
      instruments.requestsInProgress.dec(begun);

      const seconds = (performance.now() - startedAt) / 1000;
      const labels = end.path === undefined ? begun : { ...begun, path: pathOf(end.path) };
      const endpoint = { method, endpoint: labels.path };
      instruments.requestSeconds.observe(labels, seconds);
      instruments.endpointSeconds.observe(endpoint, seconds);
      const received = start?.bytes === undefined ? undefined : intake.amount(call, 'bytes', start.bytes);
      if (received !== undefined) instruments.requestBytes.observe(labels, received);
      const sent = end.bytes === undefined ? undefined : intake.amount(call, 'bytes', end.bytes);
      if (sent !== undefined) instruments.responseBytes.observe(labels, sent);

      if (!Number.isInteger(end.status) || end.status < 100 || end.status > 599) {
        intake.reject(`${call}.status`);
        return;
      }
      const status = { status_code: `${end.status}`, status_class: `${Math.floor(end.status / 100)}xx` };
      instruments.requests.inc({ ...labels, ...status });
      instruments.endpointRequests.inc({ ...endpoint, ...status });
    });
  };
}
