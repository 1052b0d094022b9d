import { Readable } from 'node:stream';
import Fastify from 'fastify';
import { setupPrometheusRoutes } from 'gatewayz-metrics';
import { createGatewayMetrics } from 'gatewayz-metrics/instrument';
import { complete, models, toDocument } from './gateway.js';

const { HOST = '127.0.0.1', PORT = '3000' } = process.env;
const instruments = createGatewayMetrics();

const app = Fastify({ forceCloseConnections: true });
await setupPrometheusRoutes(app);
app.get('/metrics', async (_request, reply) => {
  const { contentType, body } = await instruments.metrics();
  return reply.type(contentType).send(body);
});

// A separate scope, so that scrapes and dashboard polls do not count as gateway traffic.
await app.register(async (gateway) => {
  await gateway.register(instruments.fastify);

  gateway.get('/v1/models', async () => ({
    object: 'list',
    data: [...models.keys()].map((id) => ({ id, object: 'model' })),
  }));

  gateway.post('/v1/chat/completions', async (request, reply) => {
    const chunks = await complete(instruments, request.body);
    if (!request.body.stream) return toDocument(request.body.model, chunks);
    return reply.type('text/event-stream').send(Readable.from(chunks));
  });

  gateway.setNotFoundHandler((_request, reply) => {
    reply.code(404).send({ error: { message: 'not found' } });
  });

  gateway.setErrorHandler((error, _request, reply) => {
    reply.code(error.statusCode ?? 500).send({ error: { message: error.message } });
  });
});

await app.listen({ host: HOST, port: Number(PORT) });
console.log(`listening on port ${app.server.address().port}`);
process.once('SIGTERM', () => app.close());
