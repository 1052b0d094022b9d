const encoder = new TextEncoder();
const least = 4096;
/** Maximum UTF-8 bytes per UTF-16 code unit. */
const longestUnit = 3;

/**
 * Encodes texts as one UTF-8 document on its own ArrayBuffer, which can be transferred to another thread.
 *
 * @param expected Expected length in bytes. A longer document is copied to a larger buffer.
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
