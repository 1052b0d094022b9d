import { gzipSync } from 'node:zlib';
import { maxBody } from './settings.mjs';

const json = { 'content-type': 'application/json' };
const half = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"gatew';
const bomb = gzipSync(Buffer.alloc(2 * maxBody, ' '));

let requests = 0;

const answering = (status, headers, body) => (outgoing) => outgoing.writeHead(status, headers).end(body);

/** Upstream faults by name: each is given the response and a function that passes the request on. */
export const misbehaviours = {
  hangs: () => {},
  'returns 500': answering(500, { 'content-type': 'text/plain' }, 'boom'),
  'returns 503 as during startup': answering(503, { 'content-type': 'text/plain' }, 'Service Unavailable'),
  'returns 429 with Retry-After: 2': answering(429, { ...json, 'retry-after': '2' }, '{"status":"error"}'),
  'returns a login page': answering(200, { 'content-type': 'text/html' }, '<!doctype html><title>Sign in</title>'),
  redirects: answering(302, { location: 'http://127.0.0.1:9/' }),
  'returns other JSON': answering(200, json, '{"hello":["world",null,1e999]}'),
  'returns a gzip bomb': answering(200, { ...json, 'content-encoding': 'gzip' }, bomb),
  'closes the connection inside a body': (outgoing) => {
    outgoing.writeHead(200, { ...json, 'content-length': '1000' }).write(half, () => outgoing.socket?.end());
  },
  'resets inside a body': (outgoing) => {
    outgoing.writeHead(200, json).write(half, () => outgoing.socket?.resetAndDestroy());
  },
  'stalls inside a body': (outgoing) => void outgoing.writeHead(200, json).write(half),
  'resets before the response': (outgoing) => outgoing.socket?.resetAndDestroy(),
  'is slow': (outgoing, pass) => {
    // A refresh sends some forty queries; slower ones would stretch the interval beyond the fault.
    const timer = setTimeout(pass, 20);
    outgoing.once('close', () => clearTimeout(timer));
  },
  'fails every third time': (outgoing, pass) => {
    requests += 1;
    if (requests % 3 === 0) outgoing.writeHead(500, { 'content-type': 'text/plain' }).end('boom');
    else pass();
  },
};
