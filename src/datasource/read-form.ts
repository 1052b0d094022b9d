import { ApiError } from './api-error.js';
import type { DatasourceRequest } from './message.js';

/** Bytes of a body that are still read when it is too long, so that its sender can read the error. */
const drainLimit = 4 * 1024 * 1024;

/**
 * Reads the form of a POST, one character per byte; empty for other content types, whose bodies Prometheus ignores too.
 *
 * @throws {ApiError} for more than `most` bytes, for multipart forms, which are not supported, and for a form that a body
 *   parser has read
 */
export async function readForm(request: DatasourceRequest, most: number): Promise<string> {
  const { body, headers } = request;
  const type = String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();
  if (type === 'multipart/form-data') {
    const words = 'expected parameters as application/x-www-form-urlencoded, got multipart/form-data';
    throw new ApiError(400, 'bad_data', words, { closes: true });
  }
  if (type !== 'application/x-www-form-urlencoded') return '';
  if (body !== undefined) return readBounded(body, most);
  if (Number(headers['content-length'] ?? 0) === 0) return '';
  const words = 'the request body was already read: mount the datasource before body parsers';
  throw new ApiError(500, 'internal', words);
}

async function readBounded(body: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  // Not `for await`: leaving that early closes the connection before there is an answer.
  const pieces = body[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= drainLimit) {
    const { done, value } = await pieces.next().catch((cause: unknown) => {
      throw new ApiError(400, 'bad_data', 'the request body broke off', { closes: true, cause });
    });
    if (done === true) break;
    size += value.length;
    if (size <= most) chunks.push(value);
  }
  if (size > most) {
    const words = `the parameters have more than ${most} bytes, four times the limit of a query`;
    throw new ApiError(400, 'bad_data', words, { limit: 'query_size', closes: size > drainLimit });
  }
  return Buffer.concat(chunks).toString('latin1');
}
