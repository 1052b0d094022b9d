import { setMaxListeners } from 'node:events';
import { finished } from 'node:stream/promises';
import { type Clock, systemClock, type Timer } from '../../../clock.js';
import { OriginPool } from '../../../http-client/origin-pool.js';
import { createGatewayMetrics, type Inference } from '../../../instrument/index.js';
import { closeServer, listenOnLoopback } from '../listen-on-loopback.js';
import { fleet, providerOf } from './fleet.js';
import { createGatewayApp } from './gateway-app.js';
import { drawInference } from './inference.js';
import { createRandom } from './random.js';
import { createTraffic, type PlannedRequest, stepMilliseconds } from './traffic.js';

export interface SimulatedGatewayOptions {
  /** The same seed gives the same traffic. */
  readonly seed: number;
  /** Port on 127.0.0.1; default: a free port. */
  readonly port?: number;
  /** Drives the traffic; default: the system clock. */
  readonly clock?: Clock;
}

export interface SimulatedServer {
  readonly url: string;
  readonly port: number;
  /** Stops traffic, requests and server. May be called more than once. */
  close(): Promise<void>;
}

/**
 * A gateway with 16 providers, 120 models and traffic of its own, which exports the contract at `/metrics` from the first
 * moment. Visitors may chat with it too. Rejects when the port is not available.
 */
export async function startSimulatedGateway(options: SimulatedGatewayOptions): Promise<SimulatedServer> {
  const { seed, port: wanted = 0, clock = systemClock } = options;
  const metrics = createGatewayMetrics({ ignoredPaths: ['/metrics', '/health'] });
  const traffic = createTraffic(seed, metrics);
  const visitors = createRandom(seed + 1);
  const planned = new Map<string, Inference>();
  const closing = new AbortController();
  // One listener per waiting request.
  setMaxListeners(0, closing.signal);

  const server = createGatewayApp({
    metrics,
    signal: closing.signal,
    outcomeOf({ id, model, stream }) {
      const outcome = planned.get(id);
      if (outcome !== undefined) return outcome;
      const condition = { errorRate: 0, slowness: 1, available: true };
      return drawInference(visitors, providerOf(model) ?? visitors.pick(fleet), condition, { model, stream });
    },
  });
  const port = await listenOnLoopback(server, wanted);
  const url = `http://127.0.0.1:${port}`;
  const pool = new OriginPool(url, { connections: 512, connectTimeout: 5_000 });

  async function send(request: PlannedRequest, id: string): Promise<void> {
    if (request.kind === 'chat') planned.set(id, request.outcome);
    try {
      const answer = await pool.request({ ...httpRequest(request, id), signal: closing.signal });
      await finished(answer.resume());
    } finally {
      planned.delete(id);
    }
  }

  const inFlight = new Set<Promise<void>>();
  let sent = 0;
  let timer: Timer;
  const step = () => {
    for (const request of traffic.step()) {
      sent += 1;
      // Failed requests are visible in the metrics; while closing, all may fail.
      const done = send(request, `simulated-${sent}`).catch(() => undefined);
      inFlight.add(done);
      void done.then(() => inFlight.delete(done));
    }
    timer = clock.setTimeout(step, stepMilliseconds);
  };
  step();

  let closed: Promise<void> | undefined;
  const close = async () => {
    timer.cancel();
    closing.abort();
    await pool.destroy();
    await Promise.all(inFlight);
    await closeServer(server);
  };
  return { url, port, close: () => (closed ??= close()) };
}

function httpRequest(request: PlannedRequest, id: string) {
  if (request.kind === 'get') return { method: 'GET', path: request.path, headers: {} } as const;
  const { outcome, stream } = request;
  return {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', 'x-request-id': id },
    body: JSON.stringify({ model: outcome.model, stream, messages: [{ role: 'user', content: 'Hello' }] }),
  } as const;
}
