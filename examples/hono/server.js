import { serve } from '@hono/node-server';
import { createMetrics } from 'gatewayz-metrics';
import { fetchHandler } from 'gatewayz-metrics/fetch';
import { createGatewayMetrics } from 'gatewayz-metrics/instrument';
import { Hono } from 'hono';
import { routePath } from 'hono/route';
import { complete, models, toDocument } from './gateway.js';

const { HOST = '127.0.0.1', PORT = '3000' } = process.env;
const instruments = createGatewayMetrics();
const metrics = await createMetrics();
const handleMetrics = fetchHandler(metrics);

const app = new Hono();
app.all(`${metrics.settings.metricsPrefix}/*`, ({ req }) => handleMetrics(req.raw));
app.get('/metrics', async (context) => {
  const { contentType, body } = await instruments.metrics();
  return context.body(body, 200, { 'content-type': contentType });
});

// After those routes, so that scrapes and dashboard polls do not count as gateway traffic.
app.use(async (context, next) => {
  const end = instruments.trackRequest({ method: context.req.method, path: 'pending' });
  let path = 'unmatched';
  context.env.outgoing.once('close', () => end({ status: context.env.outgoing.statusCode, path }));
  await next();
  const route = routePath(context, -1);
  if (route !== '/*') path = route;
});

app.get('/v1/models', (context) =>
  context.json({ object: 'list', data: [...models.keys()].map((id) => ({ id, object: 'model' })) }),
);

app.post('/v1/chat/completions', async (context) => {
  const body = await context.req.json().catch(() => undefined);
  const chunks = await complete(instruments, body);
  if (!body.stream) return context.json(await toDocument(body.model, chunks));
  const events = ReadableStream.from(chunks).pipeThrough(new TextEncoderStream());
  return context.body(events, 200, { 'content-type': 'text/event-stream' });
});

app.onError((error, context) => {
  const status = error.statusCode ?? 500;
  if (status >= 500) instruments.recordException(error);
  return context.json({ error: { message: error.message } }, status);
});

const server = serve({ fetch: app.fetch, hostname: HOST, port: Number(PORT) }, ({ port }) => {
  console.log(`listening on port ${port}`);
});
process.once('SIGTERM', () => server.close(() => metrics.close()));
