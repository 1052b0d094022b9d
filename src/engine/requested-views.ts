import type { Clock } from '../clock.js';
import type { Snapshot } from '../model.js';
import { type Representation, type View, viewKey } from '../render/representation.js';
import type { Demand } from '../snapshot/demand.js';
import type { Refresher } from '../snapshot/refresher.js';
import type { EngineEvents } from './engine.js';

/** Milliseconds after which a waiting request gets what the Health Service alone can say. The host waits one second more. */
const providesHealthAfter = 7_000;

export interface RequestedViewsOptions {
  readonly refresher: () => Pick<Refresher, 'current' | 'touch' | 'ask'>;
  readonly demand: Demand<View>;
  readonly render: (snapshot: Snapshot, views: readonly View[]) => readonly Representation[];
  /** Snapshot from the Health Service alone, for a request that arrived at `since`. */
  readonly healthOnly: (endpoint: string, since: number) => Promise<Snapshot | undefined>;
  readonly clock: Clock;
  readonly events: Pick<EngineEvents, 'publish' | 'log'>;
}

interface Waiter {
  readonly view: View;
  readonly resolve: (bytes: Representation | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Renders the views that are requested. A request that waits gets its bytes as the result; all other warm views are
 * published after every refresh.
 */
export class RequestedViews {
  readonly #options: RequestedViewsOptions;
  readonly #waiters = new Set<Waiter>();

  constructor(options: RequestedViewsOptions) {
    this.#options = options;
  }

  async fetch(view: View, since: number): Promise<Representation | undefined> {
    const { refresher, demand, render } = this.#options;
    const current = refresher().current(view.endpoint);
    if (!current) return this.#wait(view, since);
    refresher().touch(view.endpoint);
    demand.request(view);
    return render(current, [view])[0];
  }

  touch(view: View): void {
    this.#options.refresher().touch(view.endpoint);
    this.#options.demand.request(view);
  }

  /** Renders a new snapshot. A view that cannot be rendered keeps its last bytes. */
  publish(endpoint: string, snapshot: Snapshot): void {
    const { render, demand, events } = this.#options;
    const waiters = [...this.#waiters].filter(({ view }) => view.endpoint === endpoint);
    for (const waiter of waiters) this.#waiters.delete(waiter);
    const views = demand.views(endpoint);
    if (views.length === 0) return;
    try {
      const rendered = new Map(render(snapshot, views).map((bytes) => [viewKey(bytes.view), bytes]));
      for (const { view, resolve } of waiters) resolve(rendered.get(viewKey(view)));
      const waitedFor = new Set(waiters.map(({ view }) => viewKey(view)));
      const others = [...rendered].filter(([key]) => !waitedFor.has(key)).map(([, bytes]) => bytes);
      if (others.length > 0) events.publish(others);
    } catch (err) {
      for (const { reject } of waiters) reject(err);
      const fields = { err, views: views.map(viewKey) };
      if (waiters.length === 0) events.log({ level: 'error', message: 'bug: rendering a snapshot failed', fields });
    }
  }

  #wait(view: View, since: number): Promise<Representation | undefined> {
    const { refresher, demand, clock } = this.#options;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { view, resolve, reject };
      this.#waiters.add(waiter);
      const left = since + providesHealthAfter - clock.now();
      const timer = clock.setTimeout(
        () => void this.#offerHealth(waiter, since).catch(reject),
        Math.min(Math.max(left, 0), providesHealthAfter),
      );
      const snapshot = refresher().ask(view.endpoint);
      const release = demand.hold(view);
      void snapshot
        .then(() => resolve(undefined), reject)
        .finally(() => {
          release();
          timer.cancel();
          this.#waiters.delete(waiter);
        });
    });
  }

  async #offerHealth(waiter: Waiter, since: number): Promise<void> {
    const { healthOnly, render } = this.#options;
    const snapshot = await healthOnly(waiter.view.endpoint, since);
    if (snapshot && this.#waiters.delete(waiter)) waiter.resolve(render(snapshot, [waiter.view])[0]);
  }
}
