import { gzipSync } from 'node:zlib';
import { longestAnswer } from './settings.mjs';

const json = { 'content-type': 'application/json' };
const half = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"gatew';
const bomb = gzipSync(Buffer.alloc(2 * longestAnswer, ' '));

let asked = 0;

const answering = (status, headers, body) => (outgoing) => outgoing.writeHead(status, headers).end(body);

/** What an upstream does instead of answering: the response, a way to the real answer, and the request. */
export const misbehaviours = {
  'says nothing': () => {},
  'gives 500': answering(500, { 'content-type': 'text/plain' }, 'boom'),
  'gives 503 as while it starts': answering(503, { 'content-type': 'text/plain' }, 'Service Unavailable'),
  'gives 429 and asks for two seconds': answering(429, { ...json, 'retry-after': '2' }, '{"status":"error"}'),
  'gives a login page': answering(200, { 'content-type': 'text/html' }, '<!doctype html><title>Sign in</title>'),
  'redirects elsewhere': answering(302, { location: 'http://127.0.0.1:9/' }),
  'gives JSON of another kind': answering(200, json, '{"hello":["world",null,1e999]}'),
  'gives a gzip bomb': answering(200, { ...json, 'content-encoding': 'gzip' }, bomb),
  'breaks off a body': (outgoing) => {
    outgoing.writeHead(200, { ...json, 'content-length': '1000' }).write(half, () => outgoing.socket?.end());
  },
  'resets within a body': (outgoing) => {
    outgoing.writeHead(200, json).write(half, () => outgoing.socket?.resetAndDestroy());
  },
  'stops within a body': (outgoing) => void outgoing.writeHead(200, json).write(half),
  'resets before an answer': (outgoing) => outgoing.socket?.resetAndDestroy(),
  'is slow': (outgoing, pass) => {
    // A refresh asks some forty questions, and may take a tenth of the time: slower, and the interval becomes minutes.
    const timer = setTimeout(pass, 20);
    outgoing.once('close', () => clearTimeout(timer));
  },
  'fails every third time': (outgoing, pass) => {
    asked += 1;
    if (asked % 3 === 0) outgoing.writeHead(500, { 'content-type': 'text/plain' }).end('boom');
    else pass();
  },
};
