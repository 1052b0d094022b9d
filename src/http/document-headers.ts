import { safetyHeaders } from './safety-headers.js';

export type Headers = Readonly<Record<string, string>>;

const vary = 'Accept, Accept-Encoding, Authorization';

/** Headers of every document this package serves. */
export function documentHeaders(contentType: string, body: Uint8Array): Headers {
  return { 'content-type': contentType, 'content-length': String(body.byteLength), vary, ...safetyHeaders };
}
