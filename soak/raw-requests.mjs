import { connect } from 'node:net';

const line = 'GET /prometheus/metrics/summary HTTP/1.1\r\nHost: soak\r\n';

/** Malformed requests, each with the status expected before the connection closes. */
const forms = [
  { kind: 'two lengths', text: `${line}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`, status: 400 },
  {
    kind: 'length and chunks',
    text: `${line}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  { kind: 'no HTTP', text: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', status: 400 },
  { kind: 'a header too long', text: `${line}Authorization: Bearer ${'x'.repeat(1_000_000)}\r\n\r\n`, status: 431 },
  { kind: 'half a request', text: line, status: undefined },
];

/** Sends one of them; an incomplete one stays open for a second. Resolves once the connection is closed. */
export function sendRaw({ random, service }) {
  const { kind, text, status } = random.pick(forms);
  return new Promise((resolve) => {
    let response = '';
    const socket = connect(service.port, '127.0.0.1', () => socket.write(text));
    const limit = setTimeout(() => socket.destroy(), status === undefined ? 1_000 : 20_000);
    socket.setEncoding('latin1').on('data', (chunk) => {
      response += chunk;
    });
    // The server may reset while we are still writing.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(limit);
      const received = Number(/^HTTP\/1\.1 (\d+) /.exec(response)?.[1]) || undefined;
      const promised = received === status || (status === 431 && received === undefined);
      resolve({
        kind: `raw: ${kind}`,
        status: received ?? 'closed',
        fault: promised ? undefined : `expected ${status}`,
      });
    });
  });
}
