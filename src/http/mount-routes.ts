import { performance } from 'node:perf_hooks';
import { GatewayzMetricsError } from '../errors.js';
import type { Area, Authorize, Decision } from './decision.js';
import type { MetricsRequest, WholeResponse } from './message.js';
import { deniedResponse, errorResponse, internalErrorResponse } from './responses.js';

/** One path of a mount. Routes take GET and HEAD. */
export interface MountedRoute {
  /** Follows the mount's base; empty for the base itself. */
  readonly path: string;
  /** The `endpoint` label of our own metrics. */
  readonly endpoint: string;
  /** Served without authorization; for files without data. */
  readonly open?: boolean;
  /** `query` is the text after the question mark. */
  readonly handle: (request: MetricsRequest, query: string) => WholeResponse | Promise<WholeResponse>;
}

export interface MountOptions {
  /** What the reader must be allowed to read. */
  readonly area: Area;
  readonly authorize: Authorize;
  /** Called once for each response; `endpoint` is that of the route, or `other`. */
  readonly observe: (endpoint: string, status: number, startedAt: number) => void;
  /** Receives what a handler threw or rejected with; clients get a 500 without details. */
  readonly onError: (error: unknown) => void;
}

/** A mount that answers its routes, and never throws or rejects. */
export interface RouteMount {
  readonly base: string;
  readonly handle: (request: MetricsRequest) => WholeResponse | Promise<WholeResponse>;
}

/**
 * Serves a table of routes below `base`: 404 with the list of paths, 405 with `Allow`, authorization, errors and metrics in one place.
 * Synchronous where a handler is. A trailing slash and percent-encoded characters are accepted.
 */
export function mountRoutes(base: string, routes: readonly MountedRoute[], options: MountOptions): RouteMount {
  const { area, authorize, observe, onError } = options;
  const byPath = new Map(routes.map((route) => [base + route.path, route]));
  const paths = [...byPath.keys()];

  const find = (path: string): MountedRoute | undefined =>
    byPath.get(path) ?? byPath.get(decode(path).replace(/(?<=.)\/$/, ''));

  const failed = (error: unknown, request: MetricsRequest): WholeResponse => {
    onError(error);
    return internalErrorResponse(request);
  };

  const answer = (route: MountedRoute, request: MetricsRequest): WholeResponse | Promise<WholeResponse> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed(request);
    const queryAt = request.url.indexOf('?');
    const query = queryAt < 0 ? '' : request.url.slice(queryAt + 1);
    const allowed = (decision: Decision) =>
      decision.allowed ? route.handle(request, query) : deniedResponse(request, decision);
    try {
      if (route.open) return caught(route.handle(request, query), request);
      const decision = authorize(request, area);
      return caught(decision instanceof Promise ? decision.then(allowed) : allowed(decision), request);
    } catch (error) {
      return failed(error, request);
    }
  };

  const caught = (response: WholeResponse | Promise<WholeResponse>, request: MetricsRequest) =>
    response instanceof Promise ? response.catch((error: unknown) => failed(error, request)) : response;

  return {
    base,
    handle(request) {
      const startedAt = performance.now();
      const queryAt = request.url.indexOf('?');
      const route = find(queryAt < 0 ? request.url : request.url.slice(0, queryAt));
      const endpoint = route?.endpoint ?? 'other';
      const response = route ? answer(route, request) : notFound(request, paths);
      if (response instanceof Promise) {
        return response.then((value) => {
          observe(endpoint, value.status, startedAt);
          return value;
        });
      }
      observe(endpoint, response.status, startedAt);
      return response;
    },
  };
}

/** Decodes unreserved characters only: `%73` is `s`, but `%2F` is not a path separator (RFC 3986 section 6.2.2.2). */
function decode(path: string): string {
  return path.replace(/%[\da-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : encoded;
  });
}

function notFound(request: MetricsRequest, paths: readonly string[]): WholeResponse {
  const error = new GatewayzMetricsError('not_found', `There is nothing at this path; there is ${paths.join(', ')}.`);
  return errorResponse(request, error, { paths });
}

function notAllowed(request: MetricsRequest): WholeResponse {
  const message = `Expected GET or HEAD, got ${request.method.slice(0, 20)}.`;
  return errorResponse(request, new GatewayzMetricsError('method_not_allowed', message), {}, { allow: 'GET, HEAD' });
}
