import { Agent, request } from 'node:http';

/**
 * One answer, read to its end, over a connection of its own.
 *
 * @param {string} url
 * @param {Readonly<Record<string, string>>} [headers]
 * @param {'GET' | 'HEAD'} [method]
 * @returns {Promise<{ status: number, headers: import('node:http').IncomingHttpHeaders, body: Buffer, ms: number }>} bytes as
 *   they came over the wire
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
 * Asks recorded questions again over a pool of warm keep-alive connections, as they came, and throws the answers away.
 *
 * @param {string} url
 * @param {readonly { method: string, path: string, body: string }[]} exchanges
 * @param {Agent} agent
 * @returns {Promise<number>} milliseconds until the last answer was there
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
