import express from 'express';
import { createMetrics } from 'gatewayz-metrics';
import { expressHandler } from 'gatewayz-metrics/express';
import { createGatewayMetrics } from 'gatewayz-metrics/instrument';
import { complete, models, toDocument } from './gateway.js';

const { HOST = '127.0.0.1', PORT = '3000' } = process.env;
const instruments = createGatewayMetrics();
const metrics = await createMetrics();

const app = express();
// Before the instruments, so that scrapes and dashboard polls do not count as gateway traffic.
app.use(expressHandler(metrics));
app.get('/metrics', instruments.handler);
app.use(instruments.express);
app.use(express.json());

app.get('/v1/models', (_request, response) => {
  response.json({ object: 'list', data: [...models.keys()].map((id) => ({ id, object: 'model' })) });
});

app.post('/v1/chat/completions', async (request, response) => {
  const chunks = await complete(instruments, request.body);
  if (!request.body.stream) return response.json(await toDocument(request.body.model, chunks));
  response.type('text/event-stream');
  for await (const chunk of chunks) {
    // The client has disconnected.
    if (response.destroyed) break;
    response.write(chunk);
  }
  response.end();
});

app.use(instruments.expressErrors);
app.use((error, _request, response, _next) => {
  if (response.headersSent) return response.destroy();
  response.status(error.statusCode ?? 500).json({ error: { message: error.message } });
});

const server = app.listen(Number(PORT), HOST, () => {
  console.log(`listening on port ${server.address().port}`);
});
process.once('SIGTERM', () => server.close(() => metrics.close()));
