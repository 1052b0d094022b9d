/**
 * Text from outside, fit for a message of ours: secrets masked first (an echo server sends them back), then everything
 * that is not printable replaced, so that it stays on its line, and cut to `limit` characters.
 */
export function quote(text: string, secrets: readonly string[] = [], limit = 500): string {
  const masked = secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')), text);
  const points = Array.from(masked.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim());
  return points.length > limit ? `${points.slice(0, limit).join('')}…` : points.join('');
}
