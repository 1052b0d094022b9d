import { createServer, type Server } from 'node:http';

/** A server for a handler of `Request` and `Response`, as runtimes that speak fetch have it built in. */
export function serveFetch(handle: (request: Request) => Response | Promise<Response>): Server {
  return createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const pairs = Object.entries(headers).flatMap(([name, value = []]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
    void (async () => {
      const request = new Request(new URL(url, 'http://127.0.0.1'), { method, headers: pairs });
      const response = await handle(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(response.body === null ? undefined : Buffer.from(await response.arrayBuffer()));
    })();
  });
}
