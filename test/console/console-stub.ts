import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConsoleDocument, ConsoleUnavailable, HistoryDocument } from '../../src/history/console-document.js';
import { pagePolicy, readPageFiles } from '../../src/history/page-files.js';

/** What the stub sends for one request; `drop` closes the connection instead. */
export interface ScriptedResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ConsoleDocument | ConsoleUnavailable | HistoryDocument | object;
  readonly drop?: boolean;
}

export interface ConsoleStub {
  /** Address of the page. */
  readonly url: string;
  /** Decides about `data` and `history`; may be replaced at any time. */
  respond: (path: 'data' | 'history', query: URLSearchParams, request: IncomingMessage) => ScriptedResponse;
  /** Requests for `data` and `history` so far. */
  readonly requests: readonly { readonly path: string; readonly authorization: string | undefined }[];
  close(): Promise<void>;
}

const fresh = { 'cache-control': 'private, max-age=10', age: '6' };

/** The page's own files as the service sends them, and scripted data, deep below another server's paths. */
export async function startConsoleStub(mount = '/some/deep/mount/prometheus'): Promise<ConsoleStub> {
  const page = readPageFiles();
  if (!page) throw new Error('dist/console is missing: run npm run build');
  const requests: { path: string; authorization: string | undefined }[] = [];
  const stub = { respond: (() => ({ status: 404 })) as ConsoleStub['respond'] };
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://stub');
    const path = url.pathname.startsWith(`${mount}/console/`) ? url.pathname.slice(mount.length + 9) : undefined;
    if (path === 'data' || path === 'history') {
      requests.push({ path: request.url!, authorization: request.headers.authorization });
      const { status = 200, headers = {}, body, drop } = stub.respond(path, url.searchParams, request);
      if (drop) return void request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/json', ...(status === 200 && fresh), ...headers });
      return void response.end(body === undefined ? undefined : JSON.stringify(body));
    }
    const file = path === undefined ? undefined : page.files.get(path);
    if (!file) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.contentType, 'content-security-policy': pagePolicy });
    response.end(file.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(stub, {
    url: `http://127.0.0.1:${port}${mount}/console/`,
    requests,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  });
}
