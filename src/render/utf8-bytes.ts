const encoder = new TextEncoder();
const least = 4096;
/** Of UTF-8, for each unit of UTF-16. */
const longestUnit = 3;

/**
 * Texts as the bytes of one document, on an ArrayBuffer of its own, so that it can be handed to another thread without a
 * copy.
 *
 * @param expected length in bytes, as far as it is known: a document that turns out longer has to be moved
 */
export function utf8Bytes(texts: Iterable<string>, expected: number): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(Math.max(least, expected));
  let length = 0;
  for (const text of texts) {
    const room = length + longestUnit * text.length;
    if (room > bytes.length) {
      const larger = new Uint8Array(2 * room);
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    length += encoder.encodeInto(text, bytes.subarray(length)).written;
  }
  return bytes.subarray(0, length);
}
