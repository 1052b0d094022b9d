import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Handler, MetricsRequest, MetricsResponse } from './message.js';
import { internalErrorResponse } from './responses.js';

/** The paths at and below one path, and what answers them. */
export interface Mount {
  /** Such as `/prometheus/metrics`. */
  readonly base: string;
  readonly handle: Handler;
}

export interface Mounts {
  /** Whether a request target (path and query, or an absolute URL) belongs to one of the mounts. */
  owns(url: string): boolean;
  /** Dispatches to the mount that owns the target, or else to the first one, which answers 404. Never throws or rejects. */
  readonly handle: Handler;
}

/**
 * Dispatches requests to mounts: the only place that decides which URLs are ours.
 *
 * @param onError receives what a mount threw or rejected with, and an error for a response that no server can send
 */
export function createMounts(mounts: readonly [Mount, ...Mount[]], onError: (error: unknown) => void): Mounts {
  const find = (path: string): Mount | undefined => mounts.find(({ base }) => isBelow(base, path));

  const failed = (error: unknown, request: MetricsRequest): MetricsResponse => {
    onError(error);
    return internalErrorResponse(request);
  };

  return {
    owns: (url) => find(toPath(url)) !== undefined,
    handle(request) {
      const path = toPath(request.url);
      // A plain path needs no new object.
      const normalized = path === request.url ? request : withUrl(request, path);
      try {
        const response = (find(path) ?? mounts[0]).handle(normalized);
        if (!(response instanceof Promise)) return response;
        return response.then(checked).catch((error: unknown) => failed(error, request));
      } catch (error) {
        return failed(error, request);
      }
    },
  };
}

/** The path and query of a request target. */
export function toPath(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = /^https?:\/\/[^/?#]*(.*)$/is.exec(target)?.[1];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function isBelow(base: string, path: string): boolean {
  if (!path.startsWith(base)) return false;
  const next = path[base.length];
  return next === undefined || next === '/' || next === '?';
}

/** Reads body and signal on demand, because adapters create them on first use. */
function withUrl(request: MetricsRequest, url: string): MetricsRequest {
  const { method, headers } = request;
  return {
    method,
    url,
    headers,
    get remoteAddress() {
      return request.remoteAddress;
    },
    get body() {
      return request.body;
    },
    get signal() {
      return request.signal;
    },
  };
}

/**
 * Returns the response if every server can send it. Only responses that waited can contain what an upstream sent.
 *
 * @throws {Error} if the status is not 200 to 599, or a header is invalid
 */
function checked(response: MetricsResponse): MetricsResponse {
  const { status, headers } = response;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new Error(`expected an HTTP status from 200 to 599, got ${status}`);
  }
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return response;
}
