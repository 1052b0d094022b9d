import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import type { GatewayMetrics, Inference } from '../../../instrument/index.js';
import { fleet, providerOf } from './fleet.js';

export interface GatewayAppOptions {
  readonly metrics: GatewayMetrics;
  /** What the provider is going to answer. */
  readonly outcomeOf: (request: { readonly id: string; readonly model: string; readonly stream: boolean }) => Inference;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

/** A provider failed; the gateway passes that on. */
class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly statusCode: number;

  constructor({ provider, status }: Inference) {
    super(`${provider}: ${status}`);
    this.statusCode = status === 'timeout' ? 504 : status === 'rate_limited' ? 429 : 502;
  }
}

const chatSchema = {
  body: {
    type: 'object',
    required: ['model'],
    properties: { model: { type: 'string' }, stream: { type: 'boolean', default: false } },
  },
} as const;

const words = 'Numbers that are made up, and arrive one after the other.'.split(' ');

/** The simulated gateway's API: a chat that takes as long as it says, in one piece or as events, and some plain routes. */
export async function buildGatewayApp({ metrics, outcomeOf, signal }: GatewayAppOptions): Promise<FastifyInstance> {
  const app = fastify({ forceCloseConnections: true, requestIdHeader: 'x-request-id' });
  await app.register(metrics.fastify);
  const passSeconds = (seconds: number) => wait(seconds * 1000, undefined, { signal });

  async function* events(outcome: Inference): AsyncGenerator<string> {
    const { model, seconds = 0, firstChunkSeconds = 0 } = outcome;
    try {
      await passSeconds(firstChunkSeconds);
      for (const content of words) {
        const chunk = { object: 'chat.completion.chunk', model, choices: [{ index: 0, delta: { content } }] };
        yield `data: ${JSON.stringify(chunk)}\n\n`;
        await passSeconds(Math.max(0, seconds - firstChunkSeconds) / words.length);
      }
      yield 'data: [DONE]\n\n';
    } finally {
      metrics.recordInference(outcome);
    }
  }

  app.post<{ Body: { model: string; stream: boolean } }>(
    '/v1/chat/completions',
    { schema: chatSchema },
    async (request, reply) => {
      const { model, stream } = request.body;
      if (providerOf(model) === undefined) return reply.code(404).send({ error: { message: `no model ${model}` } });
      const outcome = outcomeOf({ id: request.id, model, stream });
      if (stream && outcome.status === 'success') {
        return reply.type('text/event-stream').send(Readable.from(events(outcome)));
      }
      await passSeconds(outcome.seconds ?? 0);
      metrics.recordInference(outcome);
      if (outcome.status !== 'success') throw new ProviderError(outcome);
      return {
        object: 'chat.completion',
        model,
        choices: [{ index: 0, message: { role: 'assistant', content: words.join(' ') }, finish_reason: 'stop' }],
        usage: { prompt_tokens: outcome.inputTokens, completion_tokens: outcome.outputTokens },
      };
    },
  );

  const card = (model: string) => ({ id: model, object: 'model', owned_by: providerOf(model)?.name });
  app.get('/v1/models', () => ({ object: 'list', data: fleet.flatMap(({ models }) => models.map(card)) }));
  app.get<{ Params: { model: string } }>('/v1/models/:model', (request, reply) => {
    const { model } = request.params;
    if (providerOf(model) === undefined) void reply.code(404).send({ error: { message: `no model ${model}` } });
    else void reply.send(card(model));
  });
  app.get('/health', () => ({ status: 'healthy' }));
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics.metrics();
    return reply.type(contentType).send(body);
  });
  return app;
}
