/** Bytes of growth over the whole run that still count as flat: requests in flight differ between measurements. */
const allowed = 8 * 2 ** 20;
/** Standard errors above zero from which a slope counts as growth. */
const certain = 3;

/**
 * Decides by linear regression whether memory grows: by more than the allowance, and significantly.
 *
 * @param {readonly { x: number, y: number }[]} points seconds and bytes
 */
export function judgeGrowth(points) {
  const count = points.length;
  if (count < 3) return { flat: false, summary: `${count} measurements are too few for a regression` };
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / count;
  const [middle, level] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = points.reduce((sum, { x }) => sum + (x - middle) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - middle) * (y - level), 0) / spread;
  const squares = points.reduce((sum, { x, y }) => sum + (y - level - slope * (x - middle)) ** 2, 0);
  const error = Math.sqrt(squares / (count - 2) / spread);
  const length = points.at(-1).x - points[0].x;
  const mib = (bytes) => (bytes / 2 ** 20).toFixed(2);
  const summary =
    `${mib(level)} MiB on average, growing by ${mib(slope * length)} MiB in ${Math.round(length)} s ` +
    `(± ${mib(error * length)}; ${count} measurements)`;
  return { flat: slope * length <= allowed || slope <= certain * error, summary };
}
