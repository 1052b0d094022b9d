import { createCatalogue } from './catalogue/index.js';
import { systemClock } from './clock.js';
import { documentation } from './documentation.js';
import { createEngine } from './engine/create-engine.js';
import type { Engine, EngineEvents, EngineState, LogRecord } from './engine/engine.js';
import { ViewStore } from './engine/view-store.js';
import { createWorkerEngine } from './engine/worker-engine.js';
import { GatewayzMetricsError } from './errors.js';
import { createHandler } from './http/create-handler.js';
import type { MetricsReply, MetricsRequest } from './http/message.js';
import type { Family } from './model.js';
import { ownFamilies, RequestMetrics } from './own-metrics.js';
import { expositionType, renderExposition } from './render/exposition.js';
import { familiesOf } from './render/families.js';
import { openMetricsType, renderOpenMetrics } from './render/open-metrics.js';
import { type SummaryDocument, summaryDocument, type UnavailableDocument } from './render/summary.js';
import { type Options, readSettings, type Settings } from './settings.js';

/** A place for log lines, as pino and Fastify have it. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Settings, and what cannot be one. */
export interface MetricsOptions extends Options {
  /** Where log lines go; default: JSON lines on stdout, from LOG_LEVEL on. */
  readonly logger?: Logger | undefined;
}

/** What `snapshot()` gives: every family and the summary, at one instant each. */
export interface MetricsSnapshot {
  readonly families: readonly Family[];
  readonly summary: SummaryDocument | UnavailableDocument;
}

export interface Metrics {
  readonly settings: Settings;
  /** Answers a request below `<prefix>/metrics`; at once where the endpoint is kept warm. Never throws or rejects. */
  handle(request: MetricsRequest): MetricsReply | Promise<MetricsReply>;
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
 * Reads the settings and checks the catalogue; asks nothing yet. The worker thread starts with the first request.
 *
 * @throws GatewayzMetricsError `settings_invalid` or `catalogue_invalid`, with every fault at once
 */
export async function createMetrics(options: MetricsOptions = {}): Promise<Metrics> {
  const { logger, ...given } = options;
  const settings = readSettings(given);
  const log = logger ?? (await loadLogger(settings));
  const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
  const catalogue = createCatalogue(scope, settings.healthServiceUrl !== undefined);
  const requests = new RequestMetrics();
  const clock = systemClock;
  let engine: Engine | undefined;
  let closing: Promise<void> | undefined;
  let dropped: EngineState['dropped'] = {};
  let docs: string | undefined;

  const events: EngineEvents = {
    publish: (representations) => views.publish(representations),
    dropped: (counts) => {
      dropped = counts;
      docs = undefined;
    },
    log: ({ level, message, fields }: LogRecord) => log[level](fields, message),
  };
  const start = (): Engine => {
    engine ??= closing
      ? closedEngine
      : settings.metricsWorker
        ? createWorkerEngine(settings, events)
        : createEngine(settings, events, clock);
    return engine;
  };
  const defect = (err: unknown): void => log.error({ err }, 'defect: a request could not be answered');
  const views = new ViewStore(start, settings.metricsIdleAfter, clock);

  const handle = createHandler(
    settings.metricsPrefix,
    {
      current: (view) => views.current(view),
      fetch: (view) => views.fetch(view),
      scrape: async (openMetrics) => {
        const state = await stateOf(start());
        const families = [...(state?.healthFamilies ?? []), ...(await ownFamilies(state, requests))];
        return openMetrics
          ? { contentType: openMetricsType, text: renderOpenMetrics(families) }
          : { contentType: expositionType, text: renderExposition(families) };
      },
      docs: () => {
        docs ??= documentation(catalogue, settings, dropped);
        return docs;
      },
      observe: (endpoint, status, startedAt) =>
        requests.observe(endpoint, status, (performance.now() - startedAt) / 1000),
      defect,
    },
    clock,
  );

  return {
    settings,
    handle,
    async snapshot() {
      const [all, summary] = await Promise.all([start().snapshot('all'), start().snapshot('summary')]);
      if (!all || !summary) throw new GatewayzMetricsError('unavailable', 'The metrics have been closed.');
      return {
        families: all.status === 'unavailable' ? [] : familiesOf(all, catalogue.families['all'] ?? []),
        summary: summaryDocument(summary, catalogue, 'string'),
      };
    },
    async ready() {
      const ready = (await stateOf(start()))?.ready ?? false;
      if (!ready) void views.fetch({ endpoint: 'summary', format: 'json', encoding: 'identity' }).catch(defect);
      return ready;
    },
    close() {
      closing ??= engine?.close() ?? Promise.resolve();
      engine = closedEngine;
      return closing;
    },
  };
}

const closedEngine: Engine = {
  ask: () => Promise.resolve(),
  touch: () => {},
  snapshot: () => Promise.resolve(undefined),
  state: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
};

async function stateOf(engine: Engine): Promise<EngineState | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), stateWait);
  });
  const state = await Promise.race([engine.state(), limit]);
  clearTimeout(timer);
  return state;
}

/** pino is loaded only where nobody brings a logger. */
async function loadLogger(settings: Settings): Promise<Logger> {
  const { createLogger } = await import('./logger.js');
  return createLogger(settings);
}
