import { createServer, type IncomingMessage, type Server } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** A server for a handler of `Request` and `Response`, as runtimes that speak fetch have it built in. */
export function serveFetch(handle: (request: Request) => Response | Promise<Response>): Server {
  return createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const pairs = Object.entries(headers).flatMap(([name, value = []]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
    void (async () => {
      const body = method === 'GET' || method === 'HEAD' ? null : streamOf(incoming);
      const init = { method, headers: pairs, body, duplex: 'half' } as const;
      const response = await handle(new Request(new URL(url, 'http://127.0.0.1'), init));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      if (response.body === null) outgoing.end();
      else await pipeline(response.body, outgoing);
    })().catch(() => outgoing.destroy());
  });
}

/** Touches the request only when somebody reads: a body that nobody reads is for node to let pass. */
function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      chunks ??= incoming[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}
