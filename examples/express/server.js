import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import { createMetrics } from 'gatewayz-metrics';
import { expressHandler } from 'gatewayz-metrics/express';
import { createGatewayMetrics } from 'gatewayz-metrics/instrument';
import { complete, models, toDocument, toEvents } from './gateway.js';

const { HOST = '127.0.0.1', PORT = '3000' } = process.env;
const instruments = createGatewayMetrics();
const metrics = await createMetrics();

const app = express();
// Before the instruments: who looks at the numbers is no request to the gateway.
app.use(expressHandler(metrics));
app.get('/metrics', instruments.handler);
app.use(instruments.express);
app.use(express.json());

app.get('/v1/models', (_request, response) => {
  response.json({ object: 'list', data: [...models.keys()].map((id) => ({ id, object: 'model' })) });
});

app.post('/v1/chat/completions', async (request, response) => {
  const { model, messages, stream = false } = request.body ?? {};
  const pieces = await complete(instruments, { model, messages });
  if (!stream) return response.json(await toDocument(model, pieces));
  response.type('text/event-stream');
  // A client that leaves ends the answer: no fault of ours.
  await pipeline(Readable.from(toEvents(model, pieces)), response).catch(() => response.destroy());
});

app.use(instruments.expressErrors);
app.use((error, _request, response, _next) => {
  response.status(error.statusCode ?? 500).json({ error: { message: error.message } });
});

const server = app.listen(Number(PORT), HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}`);
});
process.once('SIGTERM', () => server.close(() => metrics.close()));
