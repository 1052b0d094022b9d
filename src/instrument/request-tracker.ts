import { performance } from 'node:perf_hooks';
import type { InputValidator } from './input-validator.js';
import type { Instruments } from './instruments.js';

export interface RequestStart {
  /** Recorded as `OTHER` unless GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS. */
  readonly method: string;
  /** Route pattern, or a constant if there is none; never the URL. */
  readonly path: string;
  /** Request target, only for comparison with `ignoredPaths`; default: `path`. */
  readonly url?: string | undefined;
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
/** Their series exist from the first request of a route on; otherwise rate() would miss the first error. */
const serverErrors = ['500', '502', '503', '504'].map((status_code) => ({ status_code, status_class: '5xx' }));
const ignored = () => undefined;

export function createRequestTracker(
  instruments: Instruments,
  validator: InputValidator,
  { appName, ignoredPaths }: { readonly appName: string; readonly ignoredPaths: readonly string[] },
): TrackRequest {
  const pathOf = (path: unknown) => validator.label(call, 'path', path) ?? 'unmatched';

  const isIgnored = (target: unknown) => {
    const path = String(target).split('?', 1)[0] ?? '';
    return ignoredPaths.some((each) => path === each || path.startsWith(`${each}/`));
  };
  const knownRoutes = new Set<string>();
  const createErrorSeries = (labels: Readonly<Record<'app_name' | 'method' | 'path', string>>) => {
    const { method, path } = labels;
    const route = `${method} ${path}`;
    if (knownRoutes.has(route)) return;
    knownRoutes.add(route);
    for (const status of serverErrors) {
      instruments.requests.inc({ ...labels, ...status }, 0);
      instruments.endpointRequests.inc({ method, endpoint: path, ...status }, 0);
    }
  };

  return (start) => {
    if (isIgnored(start?.url ?? start?.path)) return ignored;
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
      createErrorSeries(labels);
    });
  };
}
