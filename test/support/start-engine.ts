import { onTestFinished } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine, EngineState, LogRecord } from '../../src/engine/engine.js';
import { startHealthSource } from '../../src/engine/health-source.js';
import { type Representation, type View, viewKey } from '../../src/render/representation.js';
import type { Options } from '../../src/settings/read-settings.js';
import { engineInput } from './engine-input.js';
import { FakeClock } from './fake-clock.js';
import { type FakePrometheus, startFakePrometheus } from './fake-prometheus.js';
import { noon } from './refreshing.js';
import { until } from './until.js';
import { playWholeGateway } from './whole-gateway.js';

export interface StartedEngine {
  /** `ask` fetches a view as of now, unless told otherwise, and adds its bytes to `published`. */
  readonly engine: Engine & { ask(view: View, since?: number): Promise<void> };
  readonly clock: FakeClock;
  readonly prometheus: FakePrometheus;
  /** All bytes that were fetched or published, oldest first. */
  readonly published: readonly Representation[];
  readonly dropped: readonly EngineState['seriesOverLimit'][];
  readonly lines: readonly LogRecord[];
  /** The bytes of a view that were published last, as text. */
  text(view: View): string;
  /** Lets time pass until the view's next refresh is due, waits for what that publishes, and gives it. */
  nextRefresh(view: View): Promise<Representation>;
}

/**
 * An engine in this thread on a clock that says noon, over a fake Prometheus that knows everything. Default settings, but
 * for an interval of a minute and what depends on it: on a busy machine five seconds would not be ten times the cost.
 */
export async function startEngine(
  options: Options = {},
  onPublish: (representations: readonly Representation[]) => void = () => {},
): Promise<StartedEngine> {
  const prometheus = await startFakePrometheus();
  playWholeGateway(prometheus);
  const clock = new FakeClock(noon);
  const published: Representation[] = [];
  const dropped: EngineState['seriesOverLimit'][] = [];
  const lines: LogRecord[] = [];
  const input = engineInput({
    prometheusUrl: prometheus.url,
    metricsRefreshInterval: '1m',
    metricsMaxInterval: '1h',
    metricsIdleAfter: '1h',
    metricsStaleLimit: '1h',
    ...options,
  });
  const engine = createEngine(
    input,
    input.settings.healthServiceUrl === undefined
      ? undefined
      : (time) => startHealthSource(input.settings, input.settings.healthServiceUrl!, time),
    {
      publish: (representations) => {
        onPublish(representations);
        published.push(...representations);
      },
      seriesOverLimit: (counts) => dropped.push(counts),
      log: (record) => lines.push(record),
    },
    clock,
  );
  onTestFinished(async () => {
    await engine.close();
    await prometheus.close();
  });
  const last = (view: View) => published.findLast((bytes) => viewKey(bytes.view) === viewKey(view));
  return {
    engine: {
      ...engine,
      async ask(view, since = clock.now()) {
        const bytes = await engine.fetch(view, since);
        if (bytes) published.push(bytes);
      },
    },
    clock,
    prometheus,
    published,
    dropped,
    lines,
    text(view) {
      const bytes = last(view);
      if (!bytes) throw new Error(`${viewKey(view)} has not been published`);
      return new TextDecoder().decode(bytes.body);
    },
    async nextRefresh(view) {
      const before = last(view);
      await clock.advance((before?.nextRefresh ?? Number.NaN) - clock.now());
      await until(() => last(view) !== before, { what: `${viewKey(view)} is published`, every: 1 });
      return last(view)!;
    },
  };
}
