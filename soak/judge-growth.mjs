/** Bytes of growth over all that was measured that still count as flat: what is under way differs from one look to the next. */
const allowed = 8 * 2 ** 20;
/** So many standard errors the slope must be away from none to be more than noise. */
const certain = 3;

/**
 * Whether measurements grow, by their regression line: it must lead to more than is allowed, and beyond doubt.
 *
 * @param {readonly { x: number, y: number }[]} points seconds and bytes
 */
export function judgeGrowth(points) {
  const count = points.length;
  if (count < 3) return { flat: false, told: `${count} measurements are too few for a line` };
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / count;
  const [middle, level] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = points.reduce((sum, { x }) => sum + (x - middle) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - middle) * (y - level), 0) / spread;
  const squares = points.reduce((sum, { x, y }) => sum + (y - level - slope * (x - middle)) ** 2, 0);
  const error = Math.sqrt(squares / (count - 2) / spread);
  const length = points.at(-1).x - points[0].x;
  const mib = (bytes) => (bytes / 2 ** 20).toFixed(2);
  const told =
    `${mib(level)} MiB on average, by regression ${mib(slope * length)} MiB more after ${Math.round(length)} s ` +
    `(± ${mib(error * length)}; ${count} measurements)`;
  return { flat: slope * length <= allowed || slope <= certain * error, told };
}
