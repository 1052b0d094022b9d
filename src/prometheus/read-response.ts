import type { IncomingMessage } from 'node:http';
import { GatewayzMetricsError } from '../errors.js';
import { readBeginning, readBody } from '../http-client/read-body.js';
import { isObject } from './decode-response.js';
import { responseError } from './response-error.js';

/** Enough of an error answer to quote from, in bytes. */
const errorBodyLimit = 16 * 1024;

/** What was asked, as far as it matters for telling what is wrong with the answer. */
export interface RequestContext {
  /** `Prometheus at http://…`. */
  readonly source: string;
  readonly url: URL;
  /** The settings that the credentials came from; undefined when none were sent. */
  readonly credentials: string | undefined;
  /** Masked wherever the answer is quoted. */
  readonly secrets: readonly string[];
  /** Bytes, after decompression. */
  readonly maxBody: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The bytes of a successful answer in JSON, as they come; any other answer is an error. */
export async function readResponse(response: IncomingMessage, asked: RequestContext): Promise<AsyncIterable<Buffer>> {
  const { statusCode: status = 0, headers } = response;
  const contentType = single(headers['content-type'])?.split(';')[0]?.trim().toLowerCase() ?? '';
  const encoding = single(headers['content-encoding'])?.trim().toLowerCase() ?? '';
  const gzipped = encoding === 'gzip' || encoding === 'x-gzip';
  const success = status === 200 && contentType === 'application/json';
  if (success && !gzipped && encoding !== '' && encoding !== 'identity') {
    response.destroy();
    const words = 'answered in a content encoding that was not asked for and is neither none nor gzip';
    throw new GatewayzMetricsError('upstream_invalid', `${asked.source} ${words}`);
  }
  if (success) return readBody(response, gzipped, asked.maxBody);
  const beginning = await readBeginning(response, gzipped, errorBodyLimit);
  const location = single(headers.location);
  const retryAfter = single(headers['retry-after']);
  throw responseError({ ...asked, status, contentType, location, retryAfter, beginning });
}

/** The `data` in the text of a successful answer. */
export function parseData(text: string, asked: RequestContext): unknown {
  const document = parseJson(text, asked.source);
  if (isObject(document) && document['status'] === 'success' && 'data' in document) return document['data'];
  const none = { location: undefined, retryAfter: undefined };
  throw responseError({ ...asked, ...none, status: 200, contentType: 'application/json', beginning: text });
}

export function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, so it is not passed on.
    const words = 'answered JSON that does not parse: was it cut off on the way?';
    throw new GatewayzMetricsError('upstream_invalid', `${source} ${words}`);
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
