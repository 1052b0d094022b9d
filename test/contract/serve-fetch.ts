import { createServer, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A server for a handler of `Request` and `Response`, as runtimes that speak fetch have it built in. */
export function serveFetch(handle: (request: Request) => Response | Promise<Response>): Server {
  return createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const pairs = Object.entries(headers).flatMap(([name, value = []]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
    void (async () => {
      const body =
        method === 'GET' || method === 'HEAD' ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
      const init = { method, headers: pairs, body, duplex: 'half' } as const;
      const response = await handle(new Request(new URL(url, 'http://127.0.0.1'), init));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      if (response.body === null) outgoing.end();
      else await pipeline(response.body, outgoing);
    })().catch(() => outgoing.destroy());
  });
}
