/**
 * Formats a number as an OpenMetrics canonical number: shortest digits, always with a point or an exponent (`1.0`,
 * `0.005`, `1e-05`, `1e+06`), the exponent as Go prints it. Infinities become `+Inf` and `-Inf`. Other text is returned
 * unchanged.
 */
export function canonicalNumber(text: string): string {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? '-Inf' : '+Inf';
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) return text;
  const [digits = '', exponent = ''] = number.toExponential().split('e');
  const size = Number(exponent);
  if (size < -4 || size > 5) return `${digits}e${size < 0 ? '-' : '+'}${String(Math.abs(size)).padStart(2, '0')}`;
  const plain = String(number);
  return plain.includes('.') ? plain : `${plain}.0`;
}
