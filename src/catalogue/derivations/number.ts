/** Parses a number in Prometheus's format, `+Inf`, `-Inf` and `NaN` included. */
export function parseValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return Number(text);
}

/** Formats a number as Prometheus does: the shortest text that parses to the same float64. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  // Exponents have at least two digits.
  return Object.is(value, -0) ? '-0' : String(value).replace(/e-(\d)$/, 'e-0$1');
}
