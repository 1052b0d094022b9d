import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { FieldDescription, HistoryDocument } from '../../src/history/console-document.js';
import { formatDateTime, formatQuantity, formatTime, fullValue, type Zone, zoneName } from './format.js';

interface Props {
  readonly document: HistoryDocument;
  readonly field: FieldDescription;
  readonly zone: Zone;
}

const height = 280;

/** A line over time; arrow keys move along its points, and the same points stand in a table below. */
export function Plot({ document: data, field, zone }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const [index, setIndex] = useState<number | undefined>(undefined);
  const { timestamps, values } = data;
  const last = timestamps.length - 1;
  const at = Math.min(index ?? last, last);

  useEffect(() => {
    const target = frame.current!;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = createChart(target, data, field.unit, zone, setIndex);
    };
    draw();
    const resized = new ResizeObserver(() => chart.current?.setSize({ width: target.clientWidth, height }));
    resized.observe(target);
    const queries = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) => matchMedia(query));
    for (const query of queries) query.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      for (const query of queries) query.removeEventListener('change', draw);
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [data, field.unit, zone]);

  const move = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      PageUp: at - 10,
      PageDown: at + 10,
      Home: 0,
      End: last,
    };
    const wanted = steps[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(wanted, 0), last);
    setIndex(next);
    const plot = chart.current;
    const value = values[next];
    if (!plot) return;
    plot.setCursor({
      left: plot.valToPos(timestamps[next]! / 1000, 'x'),
      top: typeof value === 'number' ? plot.valToPos(value, 'y') : 0,
    });
  };

  if (last < 0) return <p class="reason">There is no data in this range.</p>;
  const { text, unit } = formatQuantity(values[at], field.unit);
  const point = `${formatDateTime(timestamps[at]!, zone)}: ${text}${unit}`;
  return (
    <figure class="plot">
      <div
        ref={frame}
        class="canvas"
        role="slider"
        tabIndex={0}
        aria-label={`${field.label}, point in time`}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={point}
        onKeyDown={move}
      />
      <figcaption>
        {point} <span class="note">({zoneName(zone, timestamps[at]!)}; arrow keys move)</span>
      </figcaption>
      <details>
        <summary>As a table</summary>
        <table class="points">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col" class="n">
                {field.unit}
              </th>
            </tr>
          </thead>
          <tbody>
            {timestamps.map((timestamp, row) => (
              <tr key={timestamp}>
                <td>{formatDateTime(timestamp, zone)}</td>
                <td class="n">{values[row] === null ? 'no value' : fullValue(values[row], '').trim()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** System colours apply under forced colours, because the style sheet sets the variables so. */
function createChart(
  target: HTMLElement,
  { timestamps, values, range }: HistoryDocument,
  unit: string,
  zone: Zone,
  onPoint: (index: number | undefined) => void,
): uPlot {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: color('--muted'), font, grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  const timeText = range === '7d' ? formatDateTime : formatTime;
  return new uPlot(
    {
      width: target.clientWidth,
      height,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false },
      scales: { x: { time: true }, y: { range: (_plot, low, high) => rangeOf(low, high) } },
      axes: [
        {
          ...axis,
          space: range === '7d' ? 130 : 70,
          values: (_plot, splits) => splits.map((at) => timeText(1000 * at, zone)),
        },
        {
          ...axis,
          size: 72,
          values: (_plot, splits) =>
            splits.map((value) => {
              const quantity = formatQuantity(value, unit);
              return quantity.text + quantity.unit;
            }),
        },
      ],
      series: [{}, { stroke: color('--accent'), width: 1.5, spanGaps: false, points: { show: false } }],
      hooks: {
        drawClear: [(plot) => hatchGaps(plot, values, color('--line'))],
        setCursor: [(plot) => typeof plot.cursor.idx === 'number' && onPoint(plot.cursor.idx)],
      },
    },
    [timestamps.map((at) => at / 1000), [...values]],
    target,
  );
}

/** Marks what has no value, so that a gap cannot be taken for a straight line. */
function hatchGaps(plot: uPlot, values: HistoryDocument['values'], color: string): void {
  const { ctx, bbox, data } = plot;
  const spacing = 8 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  for (let from = 0; from < values.length; from += 1) {
    if (values[from] !== null) continue;
    let to = from;
    while (to + 1 < values.length && values[to + 1] === null) to += 1;
    const left = plot.valToPos(data[0][Math.max(0, from - 1)]!, 'x', true);
    const right = plot.valToPos(data[0][Math.min(values.length - 1, to + 1)]!, 'x', true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += spacing) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
    from = to;
  }
  ctx.restore();
}

/** From zero where that leaves the line readable. */
function rangeOf(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, low * 1.2), Math.max(0, high * 1.2)];
  const margin = 0.1 * (high - low);
  const fromZero = low >= 0 && low < 0.6 * high;
  return [fromZero ? 0 : low - margin, high + margin];
}
