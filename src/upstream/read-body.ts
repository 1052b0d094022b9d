import { constants } from 'node:buffer';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errors } from 'undici';

/**
 * The decoded bytes of a body as they come. Stops the transfer as soon as there are more than `limit` of them, with the
 * error that undici has for too many bytes on the wire, or when nobody wants more; passes on the stream's error when it
 * breaks off and zlib's for bad gzip.
 */
export async function* readBody(body: Readable, gzipped: boolean, limit: number): AsyncGenerator<Buffer> {
  const most = Math.min(limit, constants.MAX_STRING_LENGTH);
  let size = 0;
  for await (const chunk of decoded(body, gzipped)) {
    size += chunk.length;
    if (size > most) throw new errors.ResponseExceededMaxSizeError();
    yield chunk;
  }
}

export async function joinBody(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

/** Tells `waited` how long, in milliseconds, each chunk was waited for: what its reader does meanwhile is not in it. */
export async function* timeBody(
  chunks: AsyncIterable<Buffer>,
  waited: (milliseconds: number) => void,
): AsyncGenerator<Buffer> {
  let since = performance.now();
  for await (const chunk of chunks) {
    waited(performance.now() - since);
    yield chunk;
    since = performance.now();
  }
  waited(performance.now() - since);
}

/** The first bytes of a body that only serves to explain an error, as far as they can be had; never throws. */
export async function readBeginning(body: Readable, gzipped: boolean, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of decoded(body, gzipped)) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) break;
    }
  } catch {
    // Broken off or not gzip: what came before still explains.
  }
  return Buffer.concat(chunks, size).subarray(0, limit).toString();
}

function decoded(body: Readable, gzipped: boolean): AsyncIterable<Buffer> {
  // Errors reach whoever reads the last stream; the empty callback keeps them from being thrown a second time.
  return gzipped ? pipeline(body, createGunzip(), () => {}) : body;
}
