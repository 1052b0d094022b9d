import { connect } from 'node:net';

const line = 'GET /prometheus/metrics/summary HTTP/1.1\r\nHost: soak\r\n';

/** What no client should send, byte by byte, with the status that it is answered with before the connection is closed. */
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

/** Sends one of them; a half one is left standing for a second. Resolves to what came, once the connection is closed. */
export function sendRaw({ random, service }) {
  const { kind, text, status } = random.pick(forms);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(service.port, '127.0.0.1', () => socket.write(text));
    const limit = setTimeout(() => socket.destroy(), status === undefined ? 1_000 : 20_000);
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk;
    });
    // A reset while we still write is the other side's good right.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(limit);
      const came = Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]) || undefined;
      const promised = came === status || (status === 431 && came === undefined);
      resolve({ kind: `raw: ${kind}`, status: came ?? 'closed', fault: promised ? undefined : `expected ${status}` });
    });
  });
}
