import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { GatewayMetrics, Inference } from '../../../instrument/index.js';
import { fleet, providerOf } from './fleet.js';

export interface GatewayAppOptions {
  readonly metrics: GatewayMetrics;
  /** Decides how the provider will respond. */
  readonly outcomeOf: (request: { readonly id: string; readonly model: string; readonly stream: boolean }) => Inference;
  /** Aborts all simulated waiting. */
  readonly signal: AbortSignal;
}

type Handle = (request: IncomingMessage, response: ServerResponse, parameter: string) => Promise<void> | void;

interface Route {
  readonly method: 'GET' | 'POST';
  /** Route pattern, the `path` label. */
  readonly path: string;
  readonly url: RegExp;
  readonly handle: Handle;
}

const words = 'Made-up numbers that arrive one after the other.'.split(' ');
const failureStatus: Readonly<Record<string, number>> = { timeout: 504, rate_limited: 429 };

/** The simulated gateway: chat completions, whole or streamed, the list of models, and `/metrics`. */
export function createGatewayApp({ metrics, outcomeOf, signal }: GatewayAppOptions): Server {
  const pass = (seconds: number) => wait(seconds * 1000, undefined, { signal });

  async function stream(response: ServerResponse, { model, seconds = 0, firstChunkSeconds = 0 }: Inference) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await pass(firstChunkSeconds);
    for (const content of words) {
      if (response.destroyed) return;
      const chunk = { object: 'chat.completion.chunk', model, choices: [{ index: 0, delta: { content } }] };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      await pass(Math.max(0, seconds - firstChunkSeconds) / words.length);
    }
    response.end('data: [DONE]\n\n');
  }

  const complete: Handle = async (request, response) => {
    const body = (await json(request).catch(() => undefined)) as { model?: unknown; stream?: unknown } | undefined;
    const model = body?.model;
    if (typeof model !== 'string') return send(response, 400, failure('model: expected a string'));
    if (providerOf(model) === undefined) return send(response, 404, failure(`unknown model ${model}`));
    const id = String(request.headers['x-request-id'] ?? '');
    const outcome = outcomeOf({ id, model, stream: body?.stream === true });
    const { status, inputTokens, outputTokens, seconds = 0 } = outcome;
    try {
      if (body?.stream === true && status === 'success') return await stream(response, outcome);
      await pass(seconds);
    } finally {
      metrics.recordInference(outcome);
    }
    if (status !== 'success') {
      const code = failureStatus[status] ?? 502;
      if (code >= 500) metrics.recordException(status === 'timeout' ? 'ProviderTimeout' : 'ProviderError');
      return send(response, code, failure(`${outcome.provider}: ${status}`));
    }
    send(response, 200, {
      object: 'chat.completion',
      model,
      choices: [{ index: 0, message: { role: 'assistant', content: words.join(' ') }, finish_reason: 'stop' }],
      usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens },
    });
  };

  const card = (model: string) => ({ id: model, object: 'model', owned_by: providerOf(model)?.name });
  const routes: readonly Route[] = [
    { method: 'POST', path: '/v1/chat/completions', url: /^\/v1\/chat\/completions$/, handle: complete },
    {
      method: 'GET',
      path: '/v1/models',
      url: /^\/v1\/models$/,
      handle: (_request, response) =>
        send(response, 200, { object: 'list', data: fleet.flatMap(({ models }) => models.map(card)) }),
    },
    {
      method: 'GET',
      path: '/v1/models/{model}',
      url: /^\/v1\/models\/([^/]+)$/,
      handle: (_request, response, model) =>
        providerOf(model) === undefined
          ? send(response, 404, failure(`unknown model ${model}`))
          : send(response, 200, card(model)),
    },
    {
      method: 'GET',
      path: '/health',
      url: /^\/health$/,
      handle: (_request, response) => send(response, 200, { status: 'healthy' }),
    },
    { method: 'GET', path: '/metrics', url: /^\/metrics$/, handle: metrics.handler },
  ];

  return createServer((request, response) => {
    const { method = 'GET', url = '/' } = request;
    const path = url.split('?', 1)[0] ?? url;
    const route = routes.find((each) => each.method === method && each.url.test(path));
    const end = metrics.trackRequest({ method, path: route?.path ?? 'unmatched' });
    response.once('close', () => end({ status: response.headersSent ? response.statusCode : 499 }));
    if (route === undefined) return send(response, 404, failure('not found'));
    const parameter = decodeURIComponent(route.url.exec(path)?.[1] ?? '');
    // Rejects only when the demo is closing, which destroys all connections.
    Promise.resolve(route.handle(request, response, parameter)).catch(() => response.destroy());
  });
}

function failure(message: string): object {
  return { error: { message } };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
