import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { Behaviour, FakeRequest } from './fake-prometheus.js';

/** A good answer to a query, for the behaviours that spoil it on the way. */
const goodBody = (request: FakeRequest): string =>
  JSON.stringify({
    status: 'success',
    data: {
      resultType: 'vector',
      result: [{ metric: { job: 'gateway' }, value: [Number(request.params.get('time')), '1'] }],
    },
  });

const json = { 'content-type': 'application/json' };

/** Exactly this answer; JSON with status 200 unless told otherwise. */
export function reply(
  body: string | Buffer,
  { status = 200, headers = json }: { status?: number; headers?: Readonly<Record<string, string | string[]>> } = {},
): Behaviour {
  return (response) => response.writeHead(status, headers).end(body);
}

/** An error as the API of Prometheus gives it. */
export function apiError(
  status: number,
  errorType: string,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Behaviour {
  return reply(JSON.stringify({ status: 'error', errorType, error }), { status, headers: { ...json, ...headers } });
}

/** As Prometheus answers what is not for its API: also 503 while it replays its log. */
export function plainText(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return reply(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } });
}

export function htmlPage(status = 200): Behaviour {
  return reply('<!doctype html><title>Sign in</title>', {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
}

export function redirect(location: string, status = 302): Behaviour {
  return reply('', { status, headers: { location } });
}

/** Takes the request and never says anything. */
export const hang: Behaviour = () => {};

/** Starts a good answer and then says nothing more. */
export const hangMidBody: Behaviour = (response, request) => {
  response.writeHead(200, json).write(goodBody(request).slice(0, 40));
};

/** A good answer, a byte at a time, `every` milliseconds. */
export function drip(every: number): Behaviour {
  return (response, request) => {
    const body = goodBody(request);
    response.writeHead(200, json);
    let sent = 0;
    const timer = setInterval(() => {
      response.write(body.charAt(sent));
      sent += 1;
      if (sent < body.length) return;
      clearInterval(timer);
      response.end();
    }, every);
    response.on('close', () => clearInterval(timer));
  };
}

/** Resets the connection (RST) before an answer. */
export const reset: Behaviour = (response) => {
  response.socket?.resetAndDestroy();
};

/** Closes the connection (FIN) before an answer. */
export const hangUp: Behaviour = (response) => {
  response.socket?.end();
};

/** Resets the connection in the middle of a good answer. */
export const resetMidBody: Behaviour = (response, request) => {
  response.writeHead(200, json).write(goodBody(request).slice(0, 40), () => response.socket?.resetAndDestroy());
};

type Connection = 'keep-alive' | 'close';

/** Closes the connection before all bytes that `Content-Length` promises have come; what came is a whole document. */
export function truncate(connection: Connection): Behaviour {
  return (response, request) => {
    const body = goodBody(request);
    response.writeHead(200, { ...json, connection, 'content-length': body.length + 1 });
    response.write(body, () => response.socket?.end());
  };
}

/** Closes the connection without the last chunk; what came is a whole document. */
export function truncateChunks(connection: Connection): Behaviour {
  return (response, request) => {
    response.writeHead(200, { ...json, connection }).write(goodBody(request), () => response.socket?.end());
  };
}

/** A good answer in gzip, whatever the client accepts; named differently if told so. */
export function gzipped(encoding: string | string[] = 'gzip'): Behaviour {
  return (response, request) =>
    reply(gzipSync(goodBody(request)), { headers: { ...json, 'content-encoding': encoding } })(response, request);
}

/** A good answer, compressed `times` over, as the header says truthfully. */
export function chainedGzip(times: number): Behaviour {
  return (response, request) => {
    let body: Buffer = Buffer.from(goodBody(request));
    for (let time = 0; time < times; time += 1) body = gzipSync(body);
    reply(body, { headers: { ...json, 'content-encoding': Array(times).fill('gzip').join(', ') } })(response, request);
  };
}

/** A good answer after `spaces` spaces, a thousandth of that on the wire. */
export function gzipBomb(spaces: number): Behaviour {
  return (response, request) =>
    reply(gzipSync(' '.repeat(spaces) + goodBody(request)), { headers: { ...json, 'content-encoding': 'gzip' } })(
      response,
      request,
    );
}

/** The same without end; stops when the client goes. */
export const endlessGzipBomb: Behaviour = (response) => {
  response.writeHead(200, { ...json, 'content-encoding': 'gzip' });
  endless(gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '))).pipe(response);
};

/** Gzip without end that is nothing when unpacked. */
export const endlessGzipOfNothing: Behaviour = (response) => {
  response.writeHead(200, { ...json, 'content-encoding': 'gzip' });
  endless(Buffer.concat(Array(1000).fill(gzipSync('')))).pipe(response);
};

/** JSON text without end; stops when the client goes. */
export function endlessBody(status = 200): Behaviour {
  return (response) => {
    response.writeHead(status, json);
    endless(Buffer.alloc(64 * 1024, ' ')).pipe(response);
  };
}

/** JSON text without end, slow enough that no size limit is reached within seconds. */
export const steadyBody: Behaviour = (response) => {
  response.writeHead(200, json);
  const timer = setInterval(() => response.write(Buffer.alloc(4 * 1024, ' ')), 5);
  response.once('close', () => clearInterval(timer));
};

function endless(piece: Buffer): Readable {
  return Readable.from(
    (function* () {
      for (;;) yield piece;
    })(),
  );
}
