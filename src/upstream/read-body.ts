import { constants } from 'node:buffer';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errors } from 'undici';

/**
 * Decodes and joins a body. Stops the transfer as soon as there are more than `limit` decoded bytes, with the error that
 * undici has for too many bytes on the wire; passes on the stream's error when it breaks off and zlib's for bad gzip.
 */
export async function readBody(body: Readable, gzipped: boolean, limit: number): Promise<string> {
  const most = Math.min(limit, constants.MAX_STRING_LENGTH);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of decoded(body, gzipped)) {
    size += chunk.length;
    if (size > most) throw new errors.ResponseExceededMaxSizeError();
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks, size);
  // Frees the chunks before the text is made: two copies at a time, not three.
  chunks.length = 0;
  return whole.toString();
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
