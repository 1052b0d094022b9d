import { ApiError } from './api-error.js';
import type { DatasourceRequest } from './message.js';

/** How much of a body that is too long is still taken in, so that its sender gets to read why. */
const patience = 4 * 1024 * 1024;

/**
 * The form in the body of a POST, one character per byte; empty text for other content types, whose bodies Prometheus
 * does not read either.
 *
 * @throws AnswerError for more than `most` bytes, for multipart forms, the one type that Prometheus reads and we do not, and
 *   for a form that somebody else has read
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
  if (body !== undefined) return takeIn(body, most);
  if (Number(headers['content-length'] ?? 0) === 0) return '';
  const words = 'the body was read before it came here: this host has to mount the datasource before body parsers';
  throw new ApiError(500, 'internal', words);
}

async function takeIn(body: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  // Not `for await`: leaving that early closes the connection before there is an answer.
  const pieces = body[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= patience) {
    const { done, value } = await pieces.next().catch((cause: unknown) => {
      throw new ApiError(400, 'bad_data', 'the body of the call broke off', { closes: true, cause });
    });
    if (done === true) break;
    size += value.length;
    if (size <= most) chunks.push(value);
  }
  if (size > most) {
    const words = `the parameters have more than ${most} bytes, four times the limit of a query`;
    throw new ApiError(400, 'bad_data', words, { limit: 'query_size', closes: size > patience });
  }
  return Buffer.concat(chunks).toString('latin1');
}
