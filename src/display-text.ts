/**
 * Text from outside, fit for a message of ours: secrets masked first (an echo server sends them back), then everything
 * that is not printable replaced, so that it stays on its line, and cut to `limit` characters.
 */
export function displayText(text: string, secrets: readonly string[] = [], limit = 500): string {
  const masked = secrets.reduce(mask, text);
  const characters = Array.from(masked.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim());
  return characters.length > limit ? `${characters.slice(0, limit).join('')}…` : characters.join('');
}

/** In any case: content types and host names come out in lower case. */
function mask(text: string, secret: string): string {
  if (secret === '') return text;
  return text.replaceAll(new RegExp(secret.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi'), '***');
}
