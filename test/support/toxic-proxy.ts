import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** The toxics of Toxiproxy. Times in milliseconds. */
export type Toxic =
  /** Each piece comes later. */
  | { readonly type: 'latency'; readonly latency: number }
  /** Nobody listens, and what is open is reset; in both directions. */
  | { readonly type: 'down' }
  /** So many bytes a second. */
  | { readonly type: 'bandwidth'; readonly rate: number }
  /** The end of the connection comes later. */
  | { readonly type: 'slow_close'; readonly delay: number }
  /** Everything is swallowed, and the connection closed after this time; 0: never. */
  | { readonly type: 'timeout'; readonly timeout: number }
  /** The connection is reset at its first byte. */
  | { readonly type: 'reset_peer' }
  /** Comes in pieces of this size, one after the other. */
  | { readonly type: 'slicer'; readonly size: number }
  /** The connection ends after so many bytes. */
  | { readonly type: 'limit_data'; readonly bytes: number };

/** `upstream`: from the client to the server. */
export type Direction = 'upstream' | 'downstream';

export interface ToxicProxy {
  readonly url: string;
  readonly port: number;
  readonly openConnections: number;
  /** From now on, on connections that are open too. */
  poison(direction: Direction, toxic: Toxic): Promise<void>;
  /** As if nothing had been; what was swallowed stays so. */
  cure(): Promise<void>;
  /** Resets every connection that is open. */
  disconnect(): void;
}

/** A TCP proxy on 127.0.0.1 before another port there, until the test has finished. */
export async function startToxicProxy(target: number): Promise<ToxicProxy> {
  const toxics = new Map<Direction, Toxic>();
  const pairs = new Set<readonly [Socket, Socket]>();

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [one, other] of [pair, [upstream, client] as const]) {
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
    void pump(client, upstream, () => toxics.get('upstream'));
    void pump(upstream, client, () => toxics.get('downstream'));
  });
  let port = 0;
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve());
    });
  const disconnect = (): void => {
    for (const [client] of pairs) client.resetAndDestroy();
  };
  const shut = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      disconnect();
    });
  await open();
  port = (server.address() as AddressInfo).port;
  onTestFinished(() => (server.listening ? shut() : undefined));

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get openConnections() {
      return pairs.size;
    },
    async poison(direction, toxic) {
      toxics.set(direction, toxic);
      if (toxic.type === 'down') await shut();
    },
    async cure() {
      toxics.clear();
      if (!server.listening) await open();
    },
    disconnect,
  };
}

async function pump(from: Socket, to: Socket, toxic: () => Toxic | undefined): Promise<void> {
  let passed = 0;
  try {
    for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const current = toxic();
      if (current?.type === 'timeout') return await swallow(from, to, current.timeout);
      if (current?.type === 'reset_peer') {
        from.resetAndDestroy();
        to.resetAndDestroy();
        return;
      }
      if (current?.type === 'limit_data' && passed + chunk.length >= current.bytes) {
        to.write(chunk.subarray(0, current.bytes - passed), () => {
          to.destroySoon();
          from.destroySoon();
        });
        return;
      }
      passed += chunk.length;
      await pass(chunk, to, current);
    }
    const current = toxic();
    if (current?.type === 'slow_close') await delay(current.delay);
    to.end();
  } catch {
    to.destroy();
  }
}

async function pass(chunk: Buffer, to: Socket, toxic: Toxic | undefined): Promise<void> {
  if (toxic?.type === 'latency') await delay(toxic.latency);
  const size =
    toxic?.type === 'slicer' ? toxic.size : toxic?.type === 'bandwidth' ? Math.ceil(toxic.rate / 20) : chunk.length;
  for (let start = 0; start < chunk.length; start += size) {
    if (toxic?.type === 'bandwidth') await delay(1_000 / Math.min(20, toxic.rate));
    const piece = chunk.subarray(start, start + size);
    await new Promise<void>((resolve) => to.write(piece, () => resolve()));
    if (to.destroyed) return;
  }
}

async function swallow(from: Socket, to: Socket, timeout: number): Promise<void> {
  from.on('data', () => {}).resume();
  if (timeout === 0) return;
  await delay(timeout);
  from.destroy();
  to.destroy();
}
