import { onTestFinished } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { createEngine } from '../../src/engine/create-engine.js';
import type { ConsoleDocument, HistoryDocument } from '../../src/history/console-document.js';
import { createConsole } from '../../src/history/create-console.js';
import { readPageFiles } from '../../src/history/page-files.js';
import { catalogueFor } from '../../src/presets/presets.js';
import { createRangeClient } from '../../src/prometheus/range-client.js';
import { engineInput } from '../support/engine-input.js';
import { FakeClock } from '../support/fake-clock.js';

export interface StartedConsole {
  readonly clock: FakeClock;
  data(query?: string): Promise<ConsoleDocument>;
  history(query: string): Promise<HistoryDocument>;
}

/** The console over an engine in this thread that believes it is `now`. */
export function startConsole(prometheusUrl: string, now: number): StartedConsole {
  const clock = new FakeClock(now);
  const { settings, definition, queries } = engineInput({ prometheusUrl });
  const events = { publish: () => {}, seriesOverLimit: () => {}, log: () => {} };
  const engine = createEngine({ settings, definition, queries }, undefined, events, clock);
  const ranges = createRangeClient(settings, clock);
  onTestFinished(async () => {
    await Promise.all([engine.close(), ranges.close()]);
  });
  const console = createConsole({
    catalogue: createCatalogue(catalogueFor(settings), {
      selector: settings.metricsSelector,
      marker: settings.metricsMarker,
    }),
    snapshot: (endpoint) => engine.snapshot(endpoint),
    queryRange: (promql, window, signal) => ranges.range(promql, window, signal),
    page: readPageFiles(),
    evaluationDelay: settings.metricsEvaluationDelay,
    clock,
  });
  const read = async <T>(path: 'data' | 'history', query: string): Promise<T> => {
    const { body } = await console[path]({ method: 'GET', url: `/prometheus/console/${path}?${query}`, headers: {} });
    return JSON.parse(Buffer.from(body as Uint8Array).toString()) as T;
  };
  return {
    clock,
    data: (query = '') => read('data', query),
    history: (query) => read('history', query),
  };
}
