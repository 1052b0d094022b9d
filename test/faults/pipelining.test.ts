import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { hang } from '../support/fake-upstream-behaviours.js';
import { startService } from '../support/start-service.js';
import { until } from '../support/until.js';

const request = 'GET /prometheus/metrics/business HTTP/1.1\r\nHost: a\r\n\r\n';
/** Bytes that Node.js reads from a socket at once. */
const chunk = 64 * 1024;

test('one connection that pipelines requests while Prometheus hangs is no longer read, and others are answered', async () => {
  const prometheus = await startFakePrometheus();
  prometheus.behave(hang);
  const service = await startService({ prometheusUrl: prometheus.url });
  const handle = vi.spyOn(service.metrics, 'handle');
  const socket = connect(service.port, '127.0.0.1');
  try {
    const sent = 40_000;
    socket.on('error', () => {}).write(request.repeat(sent));
    await until(() => handle.mock.calls.length > 0, { what: 'the first requests have arrived' });
    for (let turn = 0; turn < 20; turn += 1) expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect(handle.mock.calls.length).toBeLessThanOrEqual((2 * chunk) / request.length);
  } finally {
    socket.destroy();
    await prometheus.close();
  }
});

test('pipelined requests are all answered, in order, once the first ones are', async () => {
  const prometheus = await startFakePrometheus();
  const service = await startService({ prometheusUrl: prometheus.url });
  const socket = connect(service.port, '127.0.0.1');
  try {
    let received = '';
    socket.setEncoding('latin1').on('data', (data) => {
      received += data;
    });
    const paths = Array.from({ length: 300 }, (_, index) => `/nothing-${index}`);
    socket.write(paths.map((path) => `HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
    const statuses = () => received.match(/^HTTP\/1\.1 404 /gm)?.length;
    await until(() => statuses() === paths.length, { what: 'all responses have arrived' });
  } finally {
    socket.destroy();
    await prometheus.close();
  }
});
