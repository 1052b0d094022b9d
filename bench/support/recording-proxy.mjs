import { Agent, createServer, request } from 'node:http';

/**
 * A proxy in front of Prometheus that records every request with its evaluation timestamp, the size of the response in bytes and its
 * duration in milliseconds.
 *
 * @typedef {{ method: string, path: string, body: string, time: string, expression: string, bytes: number, ms: number }} Exchange
 * @param {string} target
 * @returns {Promise<{ url: string, exchanges: Exchange[], stop: () => Promise<void> }>}
 */
export async function startRecordingProxy(target) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const exchanges = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { method, url: path, headers } = incoming;
    const form = new URLSearchParams(method === 'POST' ? body.toString() : path.split('?', 2)[1]);
    const exchange = {
      method,
      path,
      body: body.toString(),
      time: form.get('time') ?? form.get('end') ?? '',
      expression: form.get('query') ?? path.split('?', 1)[0],
      bytes: 0,
      ms: 0,
    };
    exchanges.push(exchange);
    const started = performance.now();
    const sent = request(`${target}${path}`, { method, headers: { ...headers, host: new URL(target).host }, agent });
    sent.on('error', () => outgoing.destroy());
    sent.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.on('data', (chunk) => {
        exchange.bytes += chunk.length;
      });
      answer.on('end', () => {
        exchange.ms = performance.now() - started;
      });
      answer.pipe(outgoing);
    });
    outgoing.on('close', () => outgoing.writableFinished || sent.destroy());
    sent.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    exchanges,
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
