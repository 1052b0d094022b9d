import type { Catalogue } from '../catalogue/compile.js';
import type { Clock } from '../clock.js';
import type { Authorize } from '../http/decision.js';
import type { MetricsRequest, MetricsResponse } from '../http/message.js';
import type { Snapshot } from '../model.js';
import { createRangeClient } from '../prometheus/range-client.js';
import type { Settings } from '../settings/read-settings.js';
import { createConsoleMount } from './console-mount.js';
import { createConsole } from './create-console.js';
import { readPageFiles } from './page-files.js';

export interface ConsoleAreaOptions {
  readonly settings: Settings;
  readonly catalogue: Catalogue;
  readonly snapshot: (endpoint: string) => Promise<Snapshot | undefined>;
  readonly authorize: Authorize;
  readonly observe: (endpoint: string, status: number, startedAt: number) => void;
  readonly defect: (error: unknown) => void;
  readonly clock: Clock;
}

export interface ConsoleArea {
  /** `<prefix>/console`. */
  readonly base: string;
  readonly handle: (request: MetricsRequest) => Promise<MetricsResponse>;
  /** Resolves when the connections for histories are closed. */
  close(): Promise<void>;
}

/** The console below the prefix. Reads its files now; opens a connection with the first history. */
export function createConsoleArea(options: ConsoleAreaOptions): ConsoleArea {
  const { settings, catalogue, snapshot, authorize, observe, defect, clock } = options;
  const { metricsPrefix: prefix, metricsEvaluationDelay: evaluationDelay } = settings;
  const ranges = createRangeClient(settings, clock);
  const console = createConsole({
    catalogue,
    snapshot,
    queryRange: (promql, window, signal) => ranges.range(promql, window, signal),
    page: readPageFiles(),
    evaluationDelay,
    clock,
  });
  return {
    base: `${prefix}/console`,
    handle: createConsoleMount({ console, prefix, authorize, observe, defect }),
    close: () => ranges.close(),
  };
}
