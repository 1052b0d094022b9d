const bars = '▁▂▃▄▅▆▇█';

/** The newest values as a line of bars, from the lowest to the highest of them; a flat line if they are equal. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const height = (value: number) => (high === low ? 0 : Math.round(((bars.length - 1) * (value - low)) / (high - low)));
  return shown.map((value) => bars[height(value)]).join('');
}
