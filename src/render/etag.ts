import { createHash } from 'node:crypto';

/** Strong entity tag: equal bytes, equal tag. */
export function etagOf(body: Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
}
