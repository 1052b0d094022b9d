import { describe, expect, it } from 'vitest';
import { hours, type WatchProbe, WatchRecord } from '../../../../src/tools/check/watch/watch-record.js';
import { checkedCatalogue } from '../installation.js';

const start = Date.UTC(2026, 10, 22, 12);
const iso = (second: number): string => new Date(start + second * 1000).toISOString();

function look(second: number, more: Partial<WatchProbe> = {}): WatchProbe {
  const at = start + second * 1000;
  return { at, service: undefined, data: undefined, client: new Map(), handled: new Map(), ...more };
}

/** A watch of 100 s with a look every 10 s, of which some saw something else. */
function watched(others: Readonly<Record<number, Partial<WatchProbe>>> = {}, seconds = 100): WatchRecord {
  const record = new WatchRecord(start, 100_000, {
    unwatched: 90_000,
    longestGap: 300,
    endpoints: checkedCatalogue.endpoints,
  });
  for (let second = 0; second <= seconds; second += 10) record.note(look(second, others[second]));
  return record;
}

const failed = (record: WatchRecord): string[] =>
  record
    .criteria()
    .filter(({ ok }) => !ok)
    .map(({ id }) => id);

describe('a watch', () => {
  it('without anything wrong is signed off', () => {
    const record = watched();
    expect(failed(record)).toEqual([]);
    expect(record.report()).toMatchObject({ seconds: 100, probes: 11, availability: 1, freshness: 1, gaps: [] });
  });

  it('has a gap from the first bad look to the next good one, and is not signed off for it', () => {
    const record = watched({ 30: { service: 'no answer' }, 40: { service: 'still none' } });
    expect(record.report().gaps).toEqual([
      { from: iso(30), to: iso(50), seconds: 20, what: 'service', reason: 'no answer' },
      { from: iso(30), to: iso(50), seconds: 20, what: 'data', reason: 'no answer' },
    ]);
    expect(record.report().availability).toBe(0.8181);
    expect(failed(record)).toEqual(['watch.availability', 'watch.freshness']);
  });

  it('tells values that were old from a service that did not answer', () => {
    const record = watched({ 30: { data: 'stale' } });
    expect(record.report()).toMatchObject({ availability: 1, freshness: 0.909 });
    expect(record.report().gaps).toEqual([{ from: iso(30), to: iso(40), seconds: 10, what: 'data', reason: 'stale' }]);
  });

  it('counts a gap that is open at the end, and one in which nobody looked', () => {
    expect(watched({ 90: { data: 'a' }, 100: { data: 'b' } }).report().gaps).toMatchObject([
      { from: iso(90), to: iso(100) },
    ]);
    const asleep = watched({}, 50);
    asleep.note(look(500));
    expect(asleep.report().gaps).toMatchObject([{ what: 'watch', from: iso(50), to: iso(500), seconds: 450 }]);
    expect(failed(asleep)).toEqual(['watch.gap']);
  });

  it('that was ended early is not signed off', () => {
    expect(failed(watched({}, 40))).toEqual(['watch.duration']);
  });

  it('adds handling times up over all probes, and keeps the worst of the clients', () => {
    const handled = (within50: number, within500: number) =>
      new Map([
        [
          'summary',
          new Map([
            [0.05, within50],
            [0.5, within500],
            [Number.POSITIVE_INFINITY, within500],
          ]),
        ],
      ]);
    const record = watched({
      10: { handled: handled(150, 150), client: new Map([['summary', 0.2]]) },
      20: { handled: handled(0, 1), client: new Map([['summary', 0.1]]) },
    });
    expect(record.report().worst['summary']).toEqual({ handling: 500, client: 200 });
    // One slow answer of 151 is no p99.
    expect(failed(record)).toEqual([]);
    const slow = watched({ 10: { handled: handled(90, 100) } });
    expect(failed(slow)).toEqual(['watch.times']);
    expect(slow.criteria().at(-1)?.detail).toBe('p99 over its budget: summary');
  });

  it('never rounds its availability up to all', () => {
    const record = new WatchRecord(start, 1000, {
      unwatched: 90_000,
      longestGap: 300,
      endpoints: checkedCatalogue.endpoints,
    });
    for (let index = 0; index < 30_000; index += 1) record.note(look(0, index === 5 ? { service: 'x' } : {}));
    expect(record.report().availability).toBe(0.9999);
  });

  it('shows in a line how far it has come', () => {
    expect(watched({}, 40).progress()).toBe('watched 40s of 1m40s: 100 % available, no gap');
    expect(hours(86_400)).toBe('24h');
    expect(hours(86_340)).toBe('23h59m');
  });
});
