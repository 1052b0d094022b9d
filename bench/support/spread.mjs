/** @param {readonly number[]} values @param {number} q from 0 to 1 */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

/** @param {readonly number[]} values */
export function median(values) {
  return quantile(values, 0.5);
}

/**
 * Formats median, minimum and maximum: `0.93 (0.90 to 0.97)`.
 *
 * @param {readonly number[]} values
 * @param {number} [digits] after the decimal point
 */
export function spread(values, digits = 2) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
