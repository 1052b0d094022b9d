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

/** Bytes joined as they come: memory follows their number, not the number of chunks. */
export class ByteJoiner {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A view that the next call invalidates. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  append(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length, 4096));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#length);
    this.#length = length;
  }

  /** Keeps only the bytes from `start` on. */
  dropUntil(start: number): void {
    this.#bytes.copyWithin(0, start, this.#length);
    this.#length -= start;
  }
}

/** The whole body as text. Throws `bodyTooLong` for more than `limit` bytes. */
export async function joinBody(chunks: AsyncIterable<Buffer>, limit = Number.POSITIVE_INFINITY): Promise<string> {
  const joined = new ByteJoiner();
  for await (const chunk of chunks) {
    joined.append(chunk);
    if (joined.length > limit) throw bodyTooLong();
  }
  return joined.bytes.toString();
}

/** The first bytes of a body that only serves to explain an error, as far as they are available; never throws. */
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
