import { constants } from 'node:buffer';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * The decoded bytes of a body as they come. Stops the transfer as soon as there are more than `limit` of them, decoded or on
 * the wire, with `bodyTooLong`, or when nobody wants more; passes on the stream's error when it
 * breaks off and zlib's for bad gzip.
 */
export async function* readBody(body: Readable, gzipped: boolean, limit: number): AsyncGenerator<Buffer> {
  const most = Math.min(limit, constants.MAX_STRING_LENGTH);
  yield* bounded(gzipped ? decoded(bounded(body, most)) : body, most);
}

async function* bounded(chunks: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw bodyTooLong();
    yield chunk;
  }
}

/** The error for more bytes than are wanted. */
export function bodyTooLong(): Error {
  return Object.assign(new Error('too many bytes'), { code: 'BODY_TOO_LONG' });
}

export async function joinBody(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

/** The first bytes of a body that only serves to explain an error, as far as they can be had; never throws. */
export async function readBeginning(body: Readable, gzipped: boolean, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of gzipped ? decoded(body) : body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) break;
    }
  } catch {
    // Broken off or not gzip: what came before still explains.
  }
  return Buffer.concat(chunks, size).subarray(0, limit).toString();
}

function decoded(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // Errors reach whoever reads the last stream; the empty callback keeps them from being thrown a second time.
  return pipeline(chunks, createGunzip(), () => {});
}
