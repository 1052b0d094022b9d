import { Agent, request } from 'node:http';

/**
 * Sends one request over a new connection and reads the whole response.
 *
 * @param {string} url
 * @param {Readonly<Record<string, string>>} [headers]
 * @param {'GET' | 'HEAD'} [method]
 * @returns {Promise<{ status: number, headers: import('node:http').IncomingHttpHeaders, body: Buffer, ms: number }>} the body
 *   as sent over the wire
 */
export function get(url, headers = {}, method = 'GET') {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      const chunks = [];
      answer.on('error', reject);
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          body: Buffer.concat(chunks),
          ms: performance.now() - started,
        }),
      );
    });
    sent.end();
  });
}

/**
 * Sends recorded requests again over a pool of keep-alive connections and discards the responses.
 *
 * @param {string} url
 * @param {readonly { method: string, path: string, body: string }[]} exchanges
 * @param {Agent} agent
 * @returns {Promise<number>} milliseconds until the last response
 */
export async function replay(url, exchanges, agent) {
  const started = performance.now();
  await Promise.all(exchanges.map((exchange) => once(url, exchange, agent)));
  return performance.now() - started;
}

/** @param {number} connections */
export function warmPool(connections) {
  return new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
}

function once(url, { method, path, body }, agent) {
  return new Promise((resolve, reject) => {
    const headers =
      method === 'POST'
        ? { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }
        : {};
    const sent = request(`${url}${path}`, { method, headers, agent });
    sent.on('error', reject);
    sent.on('response', (answer) => answer.resume().on('end', resolve).on('error', reject));
    sent.end(method === 'POST' ? body : undefined);
  });
}
