import { describe, expect, test } from 'vitest';
import type { ProviderState } from '../../src/history/console-document.js';
import { HistoryRing } from '../../src/history/history-ring.js';

const noon = Date.UTC(2026, 10, 22, 12);
const second = 1000;

function ringOf(count: number, step: number, state: (index: number) => ProviderState = () => 'healthy'): HistoryRing {
  const ring = new HistoryRing();
  for (let index = 0; index < count; index += 1) {
    ring.add({ timestamp: noon + index * step, values: { rate: index }, states: { openai: state(index) } });
  }
  return ring;
}

describe('the ring', () => {
  test('gives every evaluation while there are few, and only what is newer', () => {
    const ring = ringOf(5, 5 * second);
    expect(ring.columns(Number.NEGATIVE_INFINITY, 120)).toEqual({
      recorded_since: noon,
      timestamps: [0, 1, 2, 3, 4].map((index) => noon + index * 5 * second),
      values: { rate: [0, 1, 2, 3, 4] },
      states: { openai: 'hhhhh' },
    });
    expect(ring.columns(noon + 15 * second, 120)).toMatchObject({ values: { rate: [4] }, states: { openai: 'h' } });
    expect(ring.columns(noon + 20 * second, 120)).toMatchObject({ timestamps: [], values: {}, states: {} });
  });

  test('gives at most as many columns as asked for, with the worst state that each stands for', () => {
    const ring = ringOf(1_440, 5 * second, (index) =>
      index === 700 ? 'down' : index === 300 ? 'degraded' : 'healthy',
    );
    const { timestamps, values, states } = ring.columns(Number.NEGATIVE_INFINITY, 120);
    expect(timestamps).toHaveLength(120);
    expect(values['rate']?.at(-1)).toBe(1_439);
    expect(states['openai']).toHaveLength(120);
    expect(states['openai']?.replaceAll('h', '')).toBe('dx');
  });

  test('holds two hours, and no more than 1,440 evaluations', () => {
    expect(ringOf(2_000, 10 * second).columns(0, 5_000).timestamps).toHaveLength(721);
    expect(ringOf(2_000, second).columns(0, 5_000).timestamps).toHaveLength(1_440);
  });

  test('leaves out what was not evaluated: null and an unknown state', () => {
    const ring = new HistoryRing();
    ring.add({ timestamp: noon, values: { rate: 1 }, states: { openai: 'down' } });
    ring.add({ timestamp: noon + 5 * second, values: {}, states: { groq: 'idle' } });
    expect(ring.columns(0, 120)).toMatchObject({ values: { rate: [1, null] }, states: { openai: 'x-', groq: '-i' } });
  });

  test('takes an evaluation once, and none that is older than its newest', () => {
    const ring = ringOf(2, 5 * second);
    ring.add({ timestamp: noon + 5 * second, values: { rate: 9 }, states: {} });
    ring.add({ timestamp: noon, values: { rate: 7 }, states: {} });
    expect(ring.columns(0, 120).values).toEqual({ rate: [0, 9] });
  });

  test('knows the value of an hour before, within two minutes', () => {
    const ring = ringOf(61, 60 * second);
    expect(ring.hourBefore('rate', noon + 3_600 * second)).toBe(0);
    expect(ring.hourBefore('rate', noon + 3_700 * second)).toBe(2);
    expect(ring.hourBefore('rate', noon + 3_400 * second)).toBeUndefined();
    expect(ring.hourBefore('unknown', noon + 3_600 * second)).toBeUndefined();
  });

  test('knows since when a provider is in its state, unless it always was', () => {
    expect(ringOf(9, second, (index) => (index < 4 ? 'healthy' : 'down')).stateSince('openai')).toBe(noon + 4 * second);
    expect(ringOf(9, second).stateSince('openai')).toBeUndefined();
    expect(new HistoryRing().stateSince('openai')).toBeUndefined();
  });
});
