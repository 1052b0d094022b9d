import { createHash } from 'node:crypto';
import type { EngineEvents, EngineInput } from './engine.js';
import { type SupervisedEngine, superviseEngine } from './supervised-engine.js';

/** One engine and those who use it. An abandoned user is forgotten when it is garbage collected. */
interface Shared {
  readonly engine: SupervisedEngine;
  readonly users: Set<WeakRef<EngineEvents>>;
}

/**
 * Registry of the process: development servers evaluate modules again and again, and each evaluation has module state of
 * its own. The only global of this package.
 */
const registryKey = Symbol.for('gatewayz-metrics.engines');

function registry(): Map<string, Shared> {
  const holder = globalThis as { [registryKey]?: Map<string, Shared> };
  if (!holder[registryKey]) Object.defineProperty(holder, registryKey, { value: new Map(), enumerable: false });
  return holder[registryKey]!;
}

/**
 * Engine for the input, shared by all users in the process with the same input, so that modules that are evaluated again
 * do not add a thread each time. Engines without a thread are not shared. Log lines go to the newest user. The engine ends when its last user closes it.
 */
export function shareEngine(
  input: EngineInput,
  events: EngineEvents,
  create: (input: EngineInput, events: EngineEvents) => SupervisedEngine = superviseEngine,
): SupervisedEngine {
  if (!input.settings.metricsWorker) return create(input, events);
  const engines = registry();
  const key = createHash('sha256').update(JSON.stringify(input)).digest('base64url');
  const user = new WeakRef(events);
  const shared = engines.get(key) ?? createShared(input, user, create);
  engines.set(key, shared);
  shared.users.add(user);
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    shared.users.delete(user);
    if (living(shared.users).length > 0) return;
    if (engines.get(key) === shared) engines.delete(key);
    await shared.engine.close();
  }

  const { engine } = shared;
  return {
    // Keeps `events` alive for as long as somebody holds this engine.
    fetch: (view, since) => (closed && events ? Promise.resolve(undefined) : engine.fetch(view, since)),
    touch: (view) => (closed ? undefined : engine.touch(view)),
    snapshot: (endpoint) => (closed ? Promise.resolve(undefined) : engine.snapshot(endpoint)),
    state: () => (closed ? Promise.resolve(undefined) : engine.state()),
    health: () => engine.health(),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

function createShared(
  input: EngineInput,
  user: WeakRef<EngineEvents>,
  create: (input: EngineInput, events: EngineEvents) => SupervisedEngine,
): Shared {
  // Creating the engine may log already.
  const users = new Set([user]);
  const engine = create(input, {
    publish(representations) {
      for (const { publish } of living(users)) publish(representations);
    },
    seriesOverLimit(counts) {
      for (const { seriesOverLimit } of living(users)) seriesOverLimit(counts);
    },
    log: (record) => living(users).at(-1)?.log(record),
  });
  return { engine, users };
}

function living(users: Set<WeakRef<EngineEvents>>): EngineEvents[] {
  return [...users].flatMap((user) => {
    const events = user.deref();
    if (!events) users.delete(user);
    return events ? [events] : [];
  });
}
