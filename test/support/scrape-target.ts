import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScrapeTarget {
  /** `127.0.0.1:<port>`; also the `instance` label of what is scraped from it. */
  readonly address: string;
  /** Scrapes that were answered with an exposition. */
  readonly scrapes: number;
  close(): Promise<void>;
}

/** An HTTP target for a Prometheus. `exposition` is told how many scrapes there have been; a scrape fails when it throws. */
export async function startScrapeTarget(
  exposition: (scrapes: number) => string | Promise<string>,
): Promise<ScrapeTarget> {
  let scrapes = 0;
  const server = createServer(async (_, response) => {
    try {
      const text = await exposition(scrapes);
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
      scrapes += 1;
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get scrapes() {
      return scrapes;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}
