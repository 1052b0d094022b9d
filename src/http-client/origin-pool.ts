import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

export interface OriginPoolOptions {
  /** At most. */
  readonly connections: number;
  /** Milliseconds that making one may take, TLS included. */
  readonly connectTimeout: number;
  /** PEM; when set, only the authorities in it are trusted. */
  readonly ca?: string | undefined;
}

export interface PoolRequest {
  readonly method: 'GET' | 'POST';
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal: AbortSignal;
}

/** Milliseconds. */
const keptIdle = 30_000;
const requestsPerConnection = 1000;

/**
 * Connections to one origin, and to nothing else. They are kept for 30 idle seconds and 1000 requests at most: addresses
 * are looked up for each new one, so that a changed DNS record is followed even by one in steady use. Redirects are not
 * followed. Timeouts of answers are the caller's.
 *
 * Made of `node:http`, not of undici, whose parser is WebAssembly: compiling it takes 40 MiB of the host's memory.
 */
export class OriginPool {
  readonly #origin: URL;
  readonly #agent: Agent;
  readonly #connectTimeout: number;

  constructor(origin: string, { connections, connectTimeout, ca }: OriginPoolOptions) {
    this.#origin = new URL(origin);
    this.#connectTimeout = connectTimeout;
    const kept = { keepAlive: true, maxSockets: connections, timeout: keptIdle };
    this.#agent = this.#isTls ? new TlsAgent(ca === undefined ? kept : { ...kept, ca }) : new Agent(kept);
    limitUses(this.#agent);
  }

  /**
   * Resolves to the answer as soon as its headers have come; its body has to be read to the end, or destroyed. Rejects with
   * the error of the system, of TLS or of the HTTP parser, or one with the code `CONNECT_TIMEOUT`.
   */
  request({ method, path, headers, body, signal }: PoolRequest): Promise<IncomingMessage> {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const send = this.#isTls ? requestHttps : requestHttp;
    const { hostname, port } = this.#origin;
    return new Promise((resolve, reject) => {
      const request = send({
        // Brackets around an IPv6 address are for URLs.
        host: hostname.replace(/^\[|\]$/g, ''),
        port,
        method,
        path,
        headers: { ...headers, ...length },
        agent: this.#agent,
        signal,
      });
      request.on('response', resolve).on('error', reject);
      this.#limitConnecting(request);
      request.end(body);
    });
  }

  /** Breaks off what is under way, too. */
  async destroy(): Promise<void> {
    this.#agent.destroy();
  }

  get #isTls(): boolean {
    return this.#origin.protocol === 'https:';
  }

  #limitConnecting(request: ClientRequest): void {
    request.once('socket', (socket) => {
      if (request.reusedSocket) return;
      const timer = setTimeout(() => {
        request.destroy(Object.assign(new Error('no connection in time'), { code: 'CONNECT_TIMEOUT' }));
      }, this.#connectTimeout);
      const stop = () => clearTimeout(timer);
      socket.once(this.#isTls ? 'secureConnect' : 'connect', stop);
      request.once('close', stop);
    });
  }
}

function limitUses(agent: Agent): void {
  const uses = new WeakMap<Duplex, number>();
  const keep = agent.keepSocketAlive;
  agent.keepSocketAlive = function keepSocketAlive(socket) {
    const used = (uses.get(socket) ?? 0) + 1;
    uses.set(socket, used);
    // The documentation of Node.js says what the types do not: false closes the connection.
    return used < requestsPerConnection && keep.call(this, socket);
  };
}
