import { performance } from 'node:perf_hooks';
import { GatewayzMetricsError } from '../errors.js';
import type { Authorize } from '../http/decision.js';
import type { MetricsRequest, MetricsResponse } from '../http/message.js';
import { deniedResponse, documentResponse, errorResponse } from '../http/responses.js';
import type { Console } from './create-console.js';

export interface ConsoleMountOptions {
  readonly console: Console;
  /** Path prefix of all endpoints. */
  readonly prefix: string;
  readonly authorize: Authorize;
  /** Called once per response. */
  readonly observe: (endpoint: string, status: number, startedAt: number) => void;
  /** Called with what the console threw; clients get `internal`. */
  readonly defect: (error: unknown) => void;
}

type Route = (request: MetricsRequest) => MetricsResponse | Promise<MetricsResponse>;

const allow = 'GET, HEAD';
const endpoint = 'console';

/**
 * Routes below `<prefix>/console`: the page's files for everybody, its data for readers with the scope `metrics`. Nothing
 * throws or rejects. Locations are relative, and no forwarding header is read: the page works wherever a proxy mounts it.
 */
export function createConsoleMount(
  options: ConsoleMountOptions,
): (request: MetricsRequest) => Promise<MetricsResponse> {
  const { console, prefix, authorize, observe, defect } = options;
  const base = `${prefix}/console`;
  const data: Readonly<Record<string, Route>> = {
    '/data': (request) => console.data(request),
    '/history': (request) => console.history(request),
  };

  async function route(request: MetricsRequest): Promise<MetricsResponse> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const words = `Expected GET or HEAD, got ${request.method.slice(0, 20)}.`;
      return errorResponse(request, new GatewayzMetricsError('method_not_allowed', words), {}, { allow });
    }
    const path = pathOf(request.url).slice(base.length);
    if (path === '') return redirect(request);
    const read = data[path];
    if (read === undefined) return console.page(path.slice(1), request);
    const decision = await authorize(request, 'metrics');
    return decision.allowed ? read(request) : deniedResponse(request, decision);
  }

  return async (request) => {
    const startedAt = performance.now();
    let response: MetricsResponse;
    try {
      response = await route(request);
    } catch (error) {
      defect(error);
      response = errorResponse(request, new GatewayzMetricsError('internal', 'The request could not be answered.'));
    }
    observe(endpoint, response.status, startedAt);
    return response;
  };
}

/** To the page's folder: its own links are relative to it. */
function redirect(request: MetricsRequest): MetricsResponse {
  const { headers } = documentResponse(request, 308, 'text/plain; charset=utf-8', '', { 'cache-control': 'no-cache' });
  return { status: 308, headers: { ...headers, location: 'console/' }, body: undefined };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
