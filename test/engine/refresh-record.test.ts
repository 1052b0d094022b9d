import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../src/engine/engine.js';
import { RefreshRecord } from '../../src/engine/refresh-record.js';
import type { Collection, Outcome } from '../../src/model.js';
import { absent, failed, present } from '../support/fake-collector.js';

function setup() {
  const lines: LogRecord[] = [];
  const record = new RefreshRecord(5, { log: (line) => lines.push(line), seriesOverLimit: () => {} });
  return {
    record,
    lines,
    note(
      evaluationTime: number,
      outcomes: Readonly<Record<string, Outcome>>,
      { collector = 'prometheus', failure, dropped = {} }: NoteOptions = {},
    ) {
      const collection = {
        outcomes: new Map(Object.entries(outcomes)),
        durations: new Map(Object.keys(outcomes).map((row) => [row, 0.25])),
        querySeconds: 1,
        seriesOverLimit: new Map(
          Object.entries(dropped).map(([row, count]) => [row, { family: `family_of_${row}`, count }]),
        ),
        ...(failure && { failure }),
      };
      record.note({ collector, evaluationTime, collection, interval: 10_000 });
    },
  };
}

interface NoteOptions {
  readonly collector?: string;
  readonly failure?: Collection['failure'];
  readonly dropped?: Readonly<Record<string, number>>;
}

const down = { code: 'upstream_unreachable', reason: 'connection refused' };

describe('what is recorded', () => {
  test('before the first refresh is nothing but the configured interval', () => {
    const { record } = setup();
    expect(record).toMatchObject({
      ready: false,
      upstreamUp: undefined,
      snapshotTime: undefined,
      intervalSeconds: 5,
    });
    expect(record.refreshes).toEqual({ success: 0, partial: 0, failure: 0 });
  });

  test('are refreshes of Prometheus by outcome, its state, the last good instant and the interval', () => {
    const { record, note } = setup();
    note(1000, { a: failed('late'), b: present('1') });
    expect(record).toMatchObject({ ready: true, upstreamUp: true, snapshotTime: 1000, intervalSeconds: 10 });
    note(6000, { a: absent('none'), b: present('1') });
    note(11_000, { a: failed('down'), b: failed('down') }, { failure: down });
    expect(record).toMatchObject({ ready: true, upstreamUp: false, snapshotTime: 6000 });
    expect(record.refreshes).toEqual({ success: 1, partial: 1, failure: 1 });
  });

  test('is not readiness while nothing but failures came, of whatever source', () => {
    const { record, note } = setup();
    note(1000, { a: failed('down') }, { failure: down });
    note(1000, { up: failed('not yet') }, { collector: 'health-service' });
    expect(record.ready).toBe(false);
    expect(record.upstreamUp).toBe(false);
  });

  test('are the times of rows: their last value’s, or since when the source has kept it', () => {
    const { record, note } = setup();
    note(1000, { a: present('1'), b: present('1', 500), c: absent('none') });
    note(6000, { a: failed('late'), b: present('1', 500), c: absent('none') });
    expect(Object.fromEntries(record.rowTimes)).toEqual({ a: 1000, b: 500 });
    expect(Object.fromEntries(record.rowDurations)).toEqual({ a: 0.25, b: 0.25, c: 0.25 });
  });

  test('are no rows that the last refresh was not about: nobody asks for them, so they are not old', () => {
    const { record, note } = setup();
    note(1000, { a: present('1') }, { dropped: { a: 3 } });
    note(1000, { b: present('1') });
    note(1000, { up: present('1') }, { collector: 'health-service' });
    note(6000, { b: present('1') });
    expect([...record.rowTimes.keys()].sort()).toEqual(['b', 'up']);
    expect([...record.rowDurations.keys()].sort()).toEqual(['b', 'up']);
    expect(record.state().seriesOverLimit).toEqual({});
  });

  test('are label sets left out, until nothing is left out any more', () => {
    const { record, note } = setup();
    note(1000, { a: present('1'), b: present('1') }, { dropped: { a: 3 } });
    expect(record.state().seriesOverLimit).toEqual({ family_of_a: 3 });
    note(6000, { a: present('1'), b: present('1') });
    expect(record.state().seriesOverLimit).toEqual({});
  });
});

describe('the log', () => {
  test('has one line when a source fails and one when it answers again', () => {
    const { lines, note } = setup();
    note(1000, { a: present('1') });
    for (let instant = 6000; instant < 60_000; instant += 5000) {
      note(instant, { a: failed('x') }, { failure: { code: down.code, reason: `refused, attempt ${instant}` } });
    }
    note(60_000, { a: present('1') });
    note(65_000, { a: present('1') });
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'prometheus: refused, attempt 6000',
        fields: { collector: 'prometheus', code: 'upstream_unreachable' },
      },
      { level: 'info', message: 'prometheus: recovered', fields: { collector: 'prometheus' } },
    ]);
  });

  test('has another line when it fails in another way', () => {
    const { lines, note } = setup();
    note(1000, { a: failed('x') }, { failure: down });
    note(6000, { a: failed('x') }, { failure: { code: 'upstream_overloaded', reason: 'starting' } });
    expect(lines.map(({ message }) => message)).toEqual(['prometheus: connection refused', 'prometheus: starting']);
  });

  test('has one line when a row fails, in whatever words, and one when it answers again, be it with nothing', () => {
    const { lines, note } = setup();
    note(1000, { a: failed('ran out of time after 9.1 s'), b: present('1') });
    note(6000, { a: failed('ran out of time after 9.2 s'), b: present('1') });
    note(11_000, { a: absent('none'), b: present('1') });
    expect(lines.map(({ message }) => message)).toEqual(['row a: ran out of time after 9.1 s', 'row a: recovered']);
  });

  test('has nothing about rows while their source fails as a whole', () => {
    const { lines, note } = setup();
    note(1000, { a: failed('x'), b: failed('x') }, { failure: down });
    expect(lines).toHaveLength(1);
  });

  test('has nothing about rows of a Health Service that has not answered yet', () => {
    const { lines, note } = setup();
    note(1000, { up: failed('has not answered yet') }, { collector: 'health-service' });
    expect(lines).toEqual([]);
  });
});
