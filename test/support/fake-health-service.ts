import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthEndpoint } from '../../src/presets/gatewayz/health-families.js';

/** What an endpoint answers: `body` is sent as JSON, `raw` as it stands; or it never answers. */
export type FakeReply =
  | { readonly status?: number; readonly body: unknown }
  | { readonly status?: number; readonly raw: string | Uint8Array; readonly headers?: Readonly<Record<string, string>> }
  | { readonly respond: (response: ServerResponse) => void }
  | 'hang';

export type FakeReplies = Readonly<Record<HealthEndpoint, FakeReply>>;

/** By name: what all four endpoints answer in one state of the real service. */
export const healthScenarios: Readonly<Record<string, FakeReplies>> = JSON.parse(
  readFileSync(new URL('../fixtures/health-service-api.json', import.meta.url), 'utf8'),
);

export interface FakeHealthService {
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    /** The client's port: the same on one connection. */
    readonly connection: number;
  }[];
  /** Requests that are held or hang. */
  readonly waiting: number;
  /** Answers all endpoints from now on as the scenario says. */
  play(scenario: string): void;
  /** Answers one endpoint from now on so. */
  reply(endpoint: HealthEndpoint, reply: FakeReply): void;
  /** Makes an endpoint wait until the returned function is called; requests that came meanwhile are answered then. */
  hold(endpoint: HealthEndpoint): () => void;
  close(): Promise<void>;
}

/** A Health Service on 127.0.0.1 that plays `ok` until told otherwise, below a path prefix if one is given. */
export async function startFakeHealthService(
  options: { prefix?: string; port?: number } = {},
): Promise<FakeHealthService> {
  const { prefix = '' } = options;
  const replies = new Map<string, FakeReply>();
  const held = new Map<string, (() => void)[]>();
  const hanging = new Set<ServerResponse>();
  const requests: FakeHealthService['requests'][number][] = [];

  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers, socket } = request;
    requests.push({ method, path, headers, connection: socket.remotePort ?? 0 });
    const endpoint = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    const answer = () => {
      hanging.delete(response);
      send(response, replies.get(endpoint) ?? { status: 404, body: { detail: 'Not Found' } });
      if (!response.headersSent) hanging.add(response);
    };
    response.on('close', () => hanging.delete(response));
    const queue = held.get(endpoint);
    if (queue === undefined) return answer();
    hanging.add(response);
    queue.push(answer);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const play = (scenario: string) => {
    const known = healthScenarios[scenario];
    if (known === undefined) throw new Error(`no scenario named ${scenario}`);
    for (const [endpoint, reply] of Object.entries(known)) replies.set(endpoint, reply);
  };
  play('ok');

  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    port,
    requests,
    get waiting() {
      return hanging.size;
    },
    play,
    reply: (endpoint, reply) => replies.set(endpoint, reply),
    hold(endpoint) {
      const queue: (() => void)[] = [];
      held.set(endpoint, queue);
      return () => {
        held.delete(endpoint);
        for (const answer of queue) answer();
      };
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, reply: FakeReply): void {
  if (reply === 'hang') return;
  if ('respond' in reply) {
    reply.respond(response);
    return;
  }
  const isRaw = 'raw' in reply;
  response.writeHead(reply.status ?? 200, isRaw ? reply.headers : { 'content-type': 'application/json' });
  response.end(isRaw ? reply.raw : JSON.stringify(reply.body));
}
