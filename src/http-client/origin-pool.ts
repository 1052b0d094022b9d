import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { CancelSignal } from '../cancellation.js';

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
  readonly signal: CancelSignal;
}

/** Milliseconds. */
const keptIdle = 30_000;
const requestsPerConnection = 1000;

/**
 * Connections to one origin, and to nothing else. They are kept for 30 idle seconds and 1000 requests at most: addresses
 * are looked up for each new one, so that a changed DNS record is followed even by one in steady use. Redirects are not
 * followed. Timeouts of answers are the caller's.
 *
 * Made of `node:http`, not of undici, whose parser is WebAssembly: compiling it takes 25 to 50 MiB of the host's memory.
 */
export class OriginPool {
  readonly #host: string;
  readonly #port: string;
  readonly #isTls: boolean;
  readonly #agent: Agent;
  readonly #connectTimeout: number;
  /** Every open connection, and the requests it has had. */
  readonly #uses = new Map<Socket, number>();
  /** What breaks off each request under way. */
  readonly #underWay = new Set<(reason: unknown) => void>();
  #destroyed: Error | undefined;

  constructor(origin: string, { connections, connectTimeout, ca }: OriginPoolOptions) {
    const { hostname, port, protocol } = new URL(origin);
    // Brackets around an IPv6 address are for URLs.
    this.#host = hostname.replace(/^\[|\]$/g, '');
    this.#port = port;
    this.#isTls = protocol === 'https:';
    this.#connectTimeout = connectTimeout;
    const kept = { keepAlive: true, maxSockets: connections, timeout: keptIdle };
    this.#agent = this.#isTls ? new TlsAgent(ca === undefined ? kept : { ...kept, ca }) : new Agent(kept);
    // Before the agent's own listener, which gives the connection to whoever waits for one, or keeps it if it is whole.
    this.#agent.prependListener('free', (socket: Socket) => {
      if ((this.#uses.get(socket) ?? 0) >= requestsPerConnection) socket.destroy();
      else socket.once('data', destroyUnsolicited);
    });
  }

  /**
   * Resolves to the answer as soon as its headers have come; its body has to be read to the end, or destroyed, and breaks
   * off with the reason of `signal`. Rejects with that at once, with the error of the system, of TLS or of the HTTP parser,
   * or with one whose code is `CONNECT_TIMEOUT`.
   */
  request({ method, path, headers, body, signal }: PoolRequest): Promise<IncomingMessage> {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const send = this.#isTls ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      if (signal.aborted) throw signal.reason;
      if (this.#destroyed) throw this.#destroyed;
      const request = send({
        host: this.#host,
        port: this.#port,
        method,
        path,
        headers: { ...headers, ...length },
        agent: this.#agent,
      });
      let response: IncomingMessage | undefined;
      const breakOff = (reason: unknown) => {
        reject(reason);
        // Destroying the request would end the answer as if what is buffered had been read.
        (response ?? request).destroy(reason instanceof Error ? reason : undefined);
      };
      const abort = () => breakOff(signal.reason);
      signal.addEventListener('abort', abort);
      this.#underWay.add(breakOff);
      request
        .once('socket', (socket) => this.#use(socket))
        .once('response', (given) => {
          response = given;
          resolve(given);
        })
        .on('error', (error) => {
          if (request.reusedSocket && response === undefined && !signal.aborted) this.#closeIdle();
          reject(error);
        })
        .once('close', () => {
          signal.removeEventListener('abort', abort);
          this.#underWay.delete(breakOff);
          // As after a change to another protocol, which nobody asked for.
          if (response === undefined) reject(closed('the connection was closed without an answer'));
        });
      request.end(body);
    });
  }

  /** Breaks off what is under way, too; resolves when every connection is closed. May be called again. */
  async destroy(): Promise<void> {
    this.#destroyed ??= closed('the connections have been closed');
    for (const breakOff of this.#underWay) breakOff(this.#destroyed);
    this.#agent.destroy();
    await Promise.all([...this.#uses.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  }

  #use(socket: Socket): void {
    const uses = this.#uses.get(socket);
    socket.removeListener('data', destroyUnsolicited);
    this.#uses.set(socket, (uses ?? 0) + 1);
    if (uses !== undefined) return;
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('no connection in time'), { code: 'CONNECT_TIMEOUT' }));
    }, this.#connectTimeout);
    socket
      .once(this.#isTls ? 'secureConnect' : 'connect', () => clearTimeout(timer))
      .once('close', () => {
        clearTimeout(timer);
        this.#uses.delete(socket);
      });
  }

  /** Where one was closed while it was idle, the others may have been too: what is asked next is to get a new one. */
  #closeIdle(): void {
    for (const sockets of Object.values(this.#agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }
}

/** Bytes on an idle connection answer nothing, and must not be taken for the next response. */
function destroyUnsolicited(this: Socket): void {
  this.destroy();
}

function closed(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' });
}
