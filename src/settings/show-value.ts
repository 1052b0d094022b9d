const shownLength = 60;
/** Scheme, host, port and path: safe to log. */
const plainUrl = /^[a-z]+:\/\/[\w.-]+(?::\d+)?(?:\/[\w./-]*)?$/i;

/** A value for an error message: quoted and shortened; for possible secrets, the length only. */
export function showValue(value: unknown, secret: boolean): string {
  if (typeof value === 'string') {
    const mayHoldSecret = value.includes('@') || (value.includes('://') && !plainUrl.test(value));
    if (secret || mayHoldSecret) return `a value of ${value.length} characters`;
    const quoted = [...JSON.stringify(value)];
    return quoted.length > shownLength ? `${quoted.slice(0, shownLength - 1).join('')}…` : quoted.join('');
  }
  if (Array.isArray(value)) return 'an array';
  if (value === null) return 'null';
  if (secret || !['number', 'boolean', 'bigint'].includes(typeof value)) return `a value of type ${typeof value}`;
  return String(value);
}
