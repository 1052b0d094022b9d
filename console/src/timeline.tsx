import { formatTime } from './format.js';
import { type History, type Segment, segmentsOf, shownSpan } from './history.js';
import { route } from './route.js';

const stateWords: Readonly<Record<string, string>> = {
  h: 'healthy',
  d: 'degraded',
  x: 'down',
  i: 'no traffic',
  '-': 'not recorded',
};

/** Height stands for severity beside colour. */
const tops: Readonly<Record<string, number>> = { h: 13, d: 6, x: 0, i: 17, '-': 8 };
const height = 20;

/** States of a provider over the recorded time, true to time, with the same in words. */
export function Timeline({ history, name, tall = false }: { history: History; name: string; tall?: boolean }) {
  const until = history.points.at(-1)?.timestamp;
  if (until === undefined) return null;
  const span = shownSpan(history);
  const from = until - span;
  const segments = segmentsOf(history, name, until + 1);
  const first = segments[0]?.from ?? from;
  const unrecorded = first <= from ? [] : [{ state: '-', from, to: first }];
  return (
    <svg
      class={tall ? 'timeline tall' : 'timeline'}
      viewBox={`0 0 1000 ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={inWords(segments)}
    >
      {[...unrecorded, ...segments].map(({ state, from: start, to }) => (
        <rect
          key={start}
          class={`s-${state === '-' ? 'none' : state}`}
          x={(1000 * (start - from)) / span}
          width={Math.max(3, (1000 * (to - start)) / span)}
          y={tops[state] ?? 0}
          height={state === '-' ? 4 : height - (tops[state] ?? 0)}
        />
      ))}
    </svg>
  );
}

/** The latest six spans: a reader does not listen to more. */
function inWords(segments: readonly Segment[]): string {
  const { zone } = route.value;
  const told = segments.slice(-6).map(({ state, from }) => `${stateWords[state]} from ${formatTime(from, zone)}`);
  return told.length === 0 ? 'No states recorded' : told.join(', ');
}

export function stateChanges(history: History, name: string): readonly (Segment & { readonly word: string })[] {
  const until = history.points.at(-1)?.timestamp ?? 0;
  return segmentsOf(history, name, until + 1)
    .map((segment) => ({ ...segment, word: stateWords[segment.state] ?? '' }))
    .reverse();
}
