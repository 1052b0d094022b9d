import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { gatewayzCatalogue } from '../../../src/presets/presets.js';
import { CheckedCatalogue } from '../../../src/tools/check/checked-catalogue.js';
import { PrometheusApi } from '../../../src/tools/check/diagnose/prometheus-api.js';
import type { CheckReport, Criterion, Missing } from '../../../src/tools/check/report.js';
import type { CheckOptions } from '../../../src/tools/check/run-check.js';
import { runCheck } from '../../../src/tools/check/run-check.js';
import { ServiceClient } from '../../../src/tools/check/service/service-client.js';
import { listeningAt, type RunningCli, startCli } from '../../support/run-cli.js';
import { until } from '../../support/until.js';

export interface StartedService {
  readonly url: string;
  readonly cli: RunningCli;
  stop(): Promise<void>;
}

/** The built service; it refreshes often and looks close to the present, so that a test need not wait. */
export async function startService(prometheusUrl: string, env: Readonly<Record<string, string>> = {}) {
  const cli = startCli(['serve'], {
    PORT: '0',
    PROMETHEUS_URL: prometheusUrl,
    METRICS_REFRESH_INTERVAL: '1s',
    METRICS_EVALUATION_DELAY: '1s',
    ...env,
  });
  const stop = async (): Promise<void> => {
    cli.kill('SIGKILL');
    await cli.ended;
  };
  const url = await listeningAt(cli).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, cli, stop } satisfies StartedService;
}

/** The catalogue that the services of these tests have. */
export const checkedCatalogue = new CheckedCatalogue(gatewayzCatalogue);

export const usualOptions: CheckOptions = {
  load: { requests: 3, quantile: 0.95 },
  strict: false,
  refresh: { evaluationDelay: 1, refreshInterval: 1, prometheusTimeout: 10, staleLimit: 300 },
  recorded: false,
  scope: { selector: [], marker: { label: 'reexported_by', value: 'gatewayz-metrics' } },
  catalogue: checkedCatalogue,
  dashboards: [],
  quick: false,
};

export interface Checking {
  /** The Prometheus that the doctor asks; none where it is left out. */
  readonly prometheusUrl?: string;
  readonly token?: string;
  readonly options?: Partial<CheckOptions>;
}

/** Checks a service from this process, with little load. */
export async function check(url: string, { prometheusUrl, token, options }: Checking = {}): Promise<CheckReport> {
  const { signal } = new AbortController();
  const service = new ServiceClient({
    url,
    prefix: '/prometheus',
    token: token === undefined ? undefined : async () => token,
  });
  const prometheus = prometheusUrl === undefined ? undefined : askPrometheus(prometheusUrl, signal);
  try {
    const parties = { service, prometheus, progress: () => {} };
    return await runCheck(parties, { ...usualOptions, ...options }, signal);
  } finally {
    await Promise.all([service.close(), prometheus?.close()]);
  }
}

export function askPrometheus(prometheusUrl: string, signal: AbortSignal): PrometheusApi {
  const bounds = { prometheusTimeout: 10_000, prometheusConnections: 4, prometheusMaxBody: 2 ** 24 };
  return new PrometheusApi({ prometheusUrl, ...bounds }, signal);
}

/**
 * Ids of the points that fail, but for handling times: how long this machine takes is not what tests are about. What is made of
 * handling times, `judge-handling-time.test.ts` tells.
 */
export function failed({ criteria }: Pick<CheckReport, 'criteria'>): readonly string[] {
  return criteria.filter(({ ok, id }) => !ok && !/^(?:watch\.times$|time\.)/.test(id)).map(({ id }) => id);
}

export function criterion({ criteria }: CheckReport, id: string): Criterion {
  const found = criteria.find((one) => one.id === id);
  if (!found) throw new Error(`no criterion ${id}`);
  return found;
}

/** What the report says of one field. Throws, with all that it says, where that is nothing. */
export function missing(report: CheckReport, field: string): Missing {
  const found = report.missing.find((one) => one.field === field);
  if (!found) throw new Error(`nothing about ${field} in ${JSON.stringify(report.missing)}`);
  return found;
}

export interface UpstreamProxy {
  readonly url: string;
  /** What it does from now on: pass requests on, refuse those without this token, break them off, or never answer. */
  mode: 'pass' | 'break' | 'hang' | { readonly token: string };
  close(): Promise<void>;
}

/**
 * A proxy on 127.0.0.1 in front of a real server.
 *
 * @param rewrite makes something else of an uncompressed text/plain body
 */
export async function startProxy(
  target: string,
  rewrite: (body: string) => string = (body) => body,
): Promise<UpstreamProxy> {
  const pool = new Pool(target, { connections: 16 });
  let mode: UpstreamProxy['mode'] = 'pass';
  const server = createServer(async (request, response) => {
    if (mode === 'break') {
      request.socket.destroy();
      return;
    }
    if (mode === 'hang') return;
    const { authorization, connection: _c, 'transfer-encoding': _t, host: _h, ...headers } = request.headers;
    if (typeof mode === 'object' && authorization !== `Bearer ${mode.token}`) {
      response.writeHead(401, { 'content-type': 'text/plain' }).end('Unauthorized');
      return;
    }
    try {
      const method = request.method as 'GET' | 'POST';
      const answer = await pool.request({ path: request.url ?? '/', method, headers, body: request });
      const { 'transfer-encoding': _, connection: __, 'content-length': ___, ...answered } = answer.headers;
      response.writeHead(answer.statusCode, answered);
      const isPlain = !answered['content-encoding'] && String(answered['content-type']).startsWith('text/plain');
      if (isPlain) response.end(rewrite(await answer.body.text()));
      else answer.body.pipe(response);
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get mode() {
      return mode;
    },
    set mode(next) {
      mode = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool.destroy();
    },
  };
}

/** The service behind `target`, which says that all its answers took so many seconds. */
export function startTimedProxy(target: string, seconds: number): Promise<UpstreamProxy> {
  const bucket = /^(gatewayz_metrics_http_request_duration_seconds)_bucket\{endpoint="(\w+)",le="([^"]+)"\} \d+$/gm;
  return startProxy(target, (body) =>
    body.replace(bucket, (line, name: string, endpoint: string, le: string) => {
      if (Number(le.replace('+Inf', 'Infinity')) < seconds) return line.replace(/\d+$/, '0');
      const [, all = ''] = new RegExp(`^${name}_count\\{endpoint="${endpoint}"\\} (\\d+)$`, 'm').exec(body) ?? [];
      return line.replace(/\d+$/, all);
    }),
  );
}

export interface SummaryAnswer {
  readonly status: string;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly stale: Readonly<Record<string, number>>;
}

export async function summaryOf(url: string): Promise<SummaryAnswer> {
  const answer = await fetch(`${url}/prometheus/metrics/summary`);
  const { status, metrics = {}, stale = {} } = (await answer.json()) as Partial<SummaryAnswer>;
  return { status: status ?? '', metrics, stale };
}

/** Waits until the summary of a service has a value for a field. */
export async function hasValue(url: string, section: string, field: string): Promise<void> {
  await until(async () => ((await summaryOf(url)).metrics[section]?.[field] ?? 'N/A') !== 'N/A', {
    what: `${section}.${field} of ${url} has a value`,
    within: 30_000,
    every: 100,
  });
}
