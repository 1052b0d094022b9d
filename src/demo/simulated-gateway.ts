import { setMaxListeners } from 'node:events';
import { finished } from 'node:stream/promises';
import { type Clock, systemClock, type Timer } from '../clock.js';
import { OriginPool } from '../http-client/origin-pool.js';
import { createGatewayMetrics, type Inference } from '../instrument/index.js';
import { fleet, providerOf } from './fleet.js';
import { buildGatewayApp } from './gateway-app.js';
import { drawInference } from './inference.js';
import { createRandom } from './random.js';
import { createTraffic, type PlannedRequest, stepMilliseconds } from './traffic.js';

export interface SimulatedGatewayOptions {
  /** The same seed gives the same traffic, step by step. */
  readonly seed: number;
  /** On 127.0.0.1; default: a free one. */
  readonly port?: number;
  /** What the steps of the traffic follow. */
  readonly clock?: Clock;
}

export interface Simulated {
  readonly url: string;
  readonly port: number;
  /** Ends traffic, requests and server; may be called again. */
  stop(): Promise<void>;
}

/**
 * A gateway with 16 providers, 120 models and traffic of its own, which exports the contract at `/metrics` from the first
 * moment. Visitors may chat with it too. Rejects when the port cannot be had.
 */
export async function startSimulatedGateway(options: SimulatedGatewayOptions): Promise<Simulated> {
  const { seed, port: wanted = 0, clock = systemClock } = options;
  const metrics = createGatewayMetrics();
  const traffic = createTraffic(seed, metrics);
  const visitors = createRandom(seed + 1);
  const planned = new Map<string, Inference>();
  const stopping = new AbortController();
  // Every request that waits listens.
  setMaxListeners(0, stopping.signal);

  const app = await buildGatewayApp({
    metrics,
    signal: stopping.signal,
    outcomeOf({ id, model, stream }) {
      const outcome = planned.get(id);
      if (outcome !== undefined) return outcome;
      const condition = { errorRate: 0, slowness: 1, available: true };
      return drawInference(visitors, providerOf(model) ?? visitors.pick(fleet), condition, { model, stream });
    },
  });
  const url = await app.listen({ host: '127.0.0.1', port: wanted });
  const pool = new OriginPool(url, { connections: 64, connectTimeout: 5_000 });

  async function send(request: PlannedRequest, id: string): Promise<void> {
    if (request.kind === 'chat') planned.set(id, request.outcome);
    try {
      const answer = await pool.request({ ...httpRequest(request, id), signal: stopping.signal });
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
      // A request that fails is seen in the metrics; while stopping all may fail.
      const done = send(request, `simulated-${sent}`).catch(() => undefined);
      inFlight.add(done);
      void done.then(() => inFlight.delete(done));
    }
    timer = clock.setTimeout(step, stepMilliseconds);
  };
  step();

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    timer.cancel();
    stopping.abort();
    await pool.destroy();
    await Promise.all(inFlight);
    await app.close();
  };
  return { url, port: Number(new URL(url).port), stop: () => (stopped ??= stop()) };
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
