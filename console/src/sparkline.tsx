import { type History, historySpan, usualStep } from './history.js';

const width = 88;
const height = 22;

/** The last two hours of a value as a line; what was not recorded is a gap. Decoration of the number beside it. */
export function Sparkline({ history, id }: { history: History; id: string }) {
  const { points } = history;
  const until = points.at(-1)?.timestamp;
  const found = points.flatMap(({ timestamp, values }) => {
    const value = values[id];
    return typeof value === 'number' ? [{ timestamp, value }] : [];
  });
  if (until === undefined || found.length < 2)
    return <svg class="spark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true" />;
  const from = Math.max(found[0]!.timestamp, until - historySpan);
  const values = found.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // A value that moves by less than a hundredth is a flat line, not a mountain.
  const range = Math.max(high - low, Math.abs(high) / 100, Number.MIN_VALUE);
  const gap = 2 * usualStep(history) + 1;
  const path = found.map(({ timestamp, value }, index) => {
    const x = (width * (timestamp - from)) / Math.max(1, until - from);
    const y = high === low ? height / 2 : height - 2 - ((height - 4) * (value - low)) / range;
    const before = found[index - 1];
    const move = before === undefined || timestamp - before.timestamp > gap;
    return `${move ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path.join('')} />
    </svg>
  );
}
