import { performance } from 'node:perf_hooks';
import type { HostAuthorize } from './access/create-authorize.js';
import { loadAccess } from './access/load-access.js';
import { createCatalogue } from './catalogue/create-catalogue.js';
import { systemClock } from './clock.js';
import type { DatasourceLimitOptions } from './datasource/limits.js';
import { loadDatasource } from './datasource/load-datasource.js';
import { documentationAs } from './documentation.js';
import type { EngineEvents, EngineState, LogRecord } from './engine/engine.js';
import { shareEngine } from './engine/share-engine.js';
import type { SupervisedEngine } from './engine/supervised-engine.js';
import { GatewayzMetricsError } from './errors.js';
import { loadConsole } from './history/load-console.js';
import { hostLogger, type Logger } from './host-logger.js';
import type { MetricsRequest, MetricsResponse } from './http/message.js';
import { createMetricsMount } from './http/metrics-mount.js';
import { createMounts } from './http/mounts.js';
import type { DocsForm } from './http/negotiate.js';
import { createRoutes } from './http/routes.js';
import { ViewStore, waitLimit } from './http/view-store.js';
import type { Family } from './model.js';
import { ownFamilies } from './own-metrics.js';
import { catalogueFor } from './presets/presets.js';
import { expositionType, renderExposition } from './render/exposition.js';
import { familiesOf } from './render/families.js';
import { openMetricsType, renderOpenMetrics } from './render/open-metrics.js';
import {
  type SummaryDocument,
  summaryDocument,
  type UnavailableDocument,
  unavailableDocument,
} from './render/summary.js';
import { RequestMetrics } from './request-metrics.js';
import { type Options, readSettings, type Settings } from './settings/read-settings.js';

/** Settings, and what cannot be one. */
export interface MetricsOptions extends Options {
  /** Where log lines go; default: JSON lines on stdout, from LOG_LEVEL on. */
  readonly logger?: Logger | undefined;
  /** The host's own decision who may read, in place of METRICS_TOKENS_FILE: true, or the reader's name, lets one pass. */
  readonly authorize?: HostAuthorize | undefined;
  /** Limits of the datasource API, where the defaults do not fit. */
  readonly datasourceLimits?: DatasourceLimitOptions | undefined;
}

/** What `snapshot()` gives: every family and the summary, at one instant each. */
export interface MetricsSnapshot {
  readonly families: readonly Family[];
  readonly summary: SummaryDocument | UnavailableDocument;
}

export interface Metrics {
  readonly settings: Settings;
  /** Paths of all endpoints, with the prefix. */
  readonly paths: readonly string[];
  /** Whether a request target (path and query, or an absolute URL) is served here. */
  owns(url: string): boolean;
  /**
   * Answers a request: synchronously where its endpoint is warm, and with 404 where `owns` is false. Never throws or rejects.
   *
   * @example
   * const { status, headers, body } = await metrics.handle({ method: 'GET', url: '/prometheus/metrics/summary', headers: {} });
   */
  handle(request: MetricsRequest): MetricsResponse | Promise<MetricsResponse>;
  /** Values instead of bytes; counts as asking for `/all` and `/summary`. */
  snapshot(): Promise<MetricsSnapshot>;
  /** Whether any data source has answered yet; asks for `/summary` if none has. */
  ready(): Promise<boolean>;
  /** Ends refreshes, polls and connections. May be called twice; resolves when nothing is left. */
  close(): Promise<void>;
}

/** Milliseconds that the scrape target waits for the engine: its own answer never depends on it. */
const stateWait = 3_000;

/**
 * Reads the settings and checks the catalogue; asks nothing yet. The worker thread starts with the first request. The
 * variables HOST and PORT, and with a logger LOG_LEVEL and LOKI_URL, are the host's own and not read.
 *
 * @throws GatewayzMetricsError `settings_invalid` or `catalogue_invalid`, with every fault at once
 */
export async function createMetrics(options: MetricsOptions = {}): Promise<Metrics> {
  return (await composeMetrics(options)).metrics;
}

/** Composition for a server of our own, which counts responses that never reach `handle`, and reloads files on a signal. */
export interface Composition {
  readonly metrics: Metrics;
  /** Counts a response in the HTTP metrics; `startedAt` as `performance.now()` counts. */
  readonly observe: (endpoint: string, status: number, startedAt: number) => void;
  /** Reads changed files now: tokens. */
  reload(): Promise<void>;
}

/** Creates metrics with what only a server of our own needs. @throws {GatewayzMetricsError} as `createMetrics` */
export async function composeMetrics(options: MetricsOptions = {}): Promise<Composition> {
  const { logger, authorize: hostAuthorize, datasourceLimits, ...given } = options;
  const settings = readSettings({ ...given, env: ourPartOf(given.env ?? process.env, logger !== undefined) });
  const log = await hostLogger(logger, settings);
  const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
  const definition = catalogueFor(settings);
  const catalogue = createCatalogue(definition, scope);
  const requests = new RequestMetrics();
  const clock = systemClock;
  let engine: SupervisedEngine | undefined;
  let closing: Promise<void> | undefined;
  let dropped: EngineState['seriesOverLimit'] = {};
  const docs = new Map<DocsForm, string | Promise<string>>();
  let ready = false;

  const events: EngineEvents = {
    publish: (representations) => views.publish(representations),
    seriesOverLimit: (counts) => {
      dropped = counts;
      docs.clear();
    },
    log: ({ level, message, fields }: LogRecord) => log[level](fields, message),
  };
  const start = (): SupervisedEngine => {
    engine ??= closing ? closedEngine : shareEngine({ settings, definition, queries: catalogue.queries }, events);
    return engine;
  };
  const defect = (err: unknown): void => log.error({ err }, 'defect: a request could not be answered');
  const access = await loadAccess(settings.metricsTokensFile, hostAuthorize, log, defect);
  const observe = (endpoint: string, status: number, startedAt: number): void =>
    requests.observe(endpoint, status, (performance.now() - startedAt) / 1000);
  const datasource = await loadDatasource(settings, datasourceLimits, access.authorize, log, observe);
  const views = new ViewStore(start, settings.metricsIdleAfter, clock);

  const routes = createRoutes(catalogue.endpoints);
  const { metricsPrefix: prefix } = settings;
  const metricsMount = createMetricsMount(
    routes,
    prefix,
    {
      current: (view, now) => views.current(view, now),
      fetch: (view) => views.fetch(view),
      problem: () => engine?.health().problem,
      scrape: async (openMetrics) => {
        const state = await stateOf(start());
        const own = [...ownFamilies(state, start().health(), requests), ...(datasource?.metrics() ?? [])];
        const families = [...(state?.healthFamilies ?? []), ...own];
        return openMetrics
          ? { contentType: openMetricsType, text: renderOpenMetrics(families) }
          : { contentType: expositionType, text: renderExposition(families) };
      },
      docs: (form) => {
        const document = docs.get(form) ?? documentationAs(form, catalogue, settings, dropped);
        docs.set(form, document);
        return document;
      },
      authorize: access.authorize,
      observe,
      defect,
    },
    clock,
  );

  const console = await loadConsole({
    settings,
    catalogue,
    snapshot: (endpoint) => start().snapshot(endpoint),
    authorize: access.authorize,
    observe,
    defect,
    clock,
  });
  const { owns, handle } = createMounts(
    [
      metricsMount,
      ...(datasource ? [{ base: `${prefix}/api/v1`, handle: datasource.handle }] : []),
      ...(console ? [console] : []),
    ],
    defect,
  );

  const metrics: Metrics = {
    settings,
    paths: routes.map(({ path }) => `${prefix}/metrics${path}`),
    owns,
    handle,
    async snapshot() {
      if (closing) throw new GatewayzMetricsError('unavailable', 'The metrics have been closed.');
      const inLimit = (endpoint: string) => inTime(start().snapshot(endpoint), waitLimit);
      const [all, summary] = await Promise.all([inLimit('all'), inLimit('summary')]);
      if (!all || !summary) {
        const reason = engine?.health().problem ?? 'no data source has responded in time';
        return { families: [], summary: unavailableDocument(Date.now(), reason) };
      }
      return {
        families: all.status === 'unavailable' ? [] : familiesOf(all, catalogue.families['all'] ?? []),
        summary: summaryDocument(summary, catalogue, 'string'),
      };
    },
    async ready() {
      // For good: an engine that had to be started again has forgotten, but not what it published.
      ready ||= (await stateOf(start()))?.ready ?? false;
      if (!ready) void views.fetch({ endpoint: 'summary', format: 'json', encoding: 'identity' }).catch(defect);
      return ready;
    },
    close() {
      access.destroy();
      closing ??= Promise.all([engine?.close(), datasource?.close(), console?.close()]).then(() => {});
      engine = closedEngine;
      return closing;
    },
  };
  return { metrics, observe, reload: access.reload };
}

/** Without the variables that nothing here uses: hosts have them for themselves, in words that may not be ours. */
function ourPartOf(env: NonNullable<Options['env']>, logs: boolean): NonNullable<Options['env']> {
  const { HOST: _host, PORT: _port, ...used } = env;
  if (!logs) return used;
  const { LOG_LEVEL: _level, LOKI_URL: _loki, ...others } = used;
  return others;
}

const closedEngine: SupervisedEngine = {
  fetch: () => Promise.resolve(undefined),
  touch: () => {},
  snapshot: () => Promise.resolve(undefined),
  state: () => Promise.resolve(undefined),
  health: () => ({ workerUp: undefined, workerRestarts: 0, problem: 'the metrics have been closed' }),
  close: () => Promise.resolve(),
};

/** The scrape target always responds: without a state, own metrics about refreshes are left out. */
function stateOf(engine: SupervisedEngine): Promise<EngineState | undefined> {
  return inTime(engine.state(), stateWait);
}

/** Undefined if the promise takes longer than `milliseconds` or the engine cannot do its work. Keeps the process alive. */
async function inTime<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const settled = promise.catch((error: unknown) => {
    if (error instanceof GatewayzMetricsError) return undefined;
    throw error;
  });
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([settled, limit]).finally(() => clearTimeout(timer));
}
