import { describe, expect, test, vi } from 'vitest';
import { Cancellation, type CancelSignal } from '../../src/cancellation.js';
import { Gate } from '../../src/prometheus/request-gate.js';
import { FakeClock } from '../support/fake-clock.js';

const timeout = 10_000;

/** Work that lasts until it is told to finish, or its signal fires. */
class Piece {
  started = false;
  outcome: unknown = 'pending';
  finish: () => void = () => {};
  fail: (error: Error) => void = () => {};

  constructor(gate: Gate, cancellation = new Cancellation()) {
    const work = (deadline: CancelSignal, answered: () => void) => {
      this.started = true;
      return new Promise<string>((resolve, reject) => {
        if (deadline.aborted) reject(deadline.reason);
        deadline.addEventListener('abort', () => reject(deadline.reason));
        this.fail = reject;
        this.finish = () => {
          answered();
          resolve('done');
        };
      });
    };
    gate.run(work, cancellation).then(
      (value) => {
        this.outcome = value;
      },
      (error: unknown) => {
        this.outcome = error instanceof Error ? error.message : error;
      },
    );
  }
}

function setUp(limit: number) {
  const clock = new FakeClock();
  const options = { limit, timeout, lateError: () => new Error('late'), silentError: () => new Error('silent') };
  const gate = new Gate(options, clock);
  const pieces = (count: number) => Array.from({ length: count }, () => new Piece(gate));
  return { clock, gate, pieces };
}

const outcomes = (pieces: readonly Piece[]) => pieces.map(({ outcome }) => outcome);
const started = (pieces: readonly Piece[]) => pieces.map((piece) => piece.started);

test('no more work than the limit is under way, and the rest starts in the order in which it came', async () => {
  const { clock, pieces } = setUp(2);
  const work = pieces(4);
  await clock.advance(0);
  expect(started(work)).toEqual([true, true, false, false]);
  work[1]!.finish();
  await clock.advance(0);
  expect(started(work)).toEqual([true, true, true, false]);
  work[0]!.fail(new Error('broken'));
  await clock.advance(0);
  expect(started(work)).toEqual([true, true, true, true]);
  expect(outcomes(work)).toEqual(['broken', 'done', 'pending', 'pending']);
});

test('the timeout of work counts from its start, not from when it began to wait', async () => {
  const { clock, pieces } = setUp(1);
  const work = pieces(3);
  await clock.advance(timeout - 1);
  work[0]!.finish();
  await clock.advance(timeout - 1);
  work[1]!.finish();
  await clock.advance(timeout - 1);
  expect(outcomes(work)).toEqual(['done', 'done', 'pending']);
  await clock.advance(1);
  expect(outcomes(work)).toEqual(['done', 'done', 'late']);
});

test('when nothing was answered for a whole timeout, all that waits is refused without being started', async () => {
  const { clock, pieces } = setUp(4);
  const work = pieces(40);
  await clock.advance(timeout);
  expect(outcomes(work)).toEqual([...Array(4).fill('late'), ...Array(36).fill('silent')]);
  expect(started(work).filter(Boolean)).toHaveLength(4);
});

test('one slow piece of work does not silence the others while they are answered', async () => {
  const { clock, pieces } = setUp(2);
  const work = pieces(4);
  await clock.advance(timeout - 1);
  work[1]!.finish();
  await clock.advance(1);
  expect(outcomes(work)).toEqual(['late', 'done', 'pending', 'pending']);
  expect(started(work)).toEqual([true, true, true, true]);
});

test('work that comes while the other side is silent is refused as long as other work is under way', async () => {
  const { clock, pieces } = setUp(2);
  const [first] = pieces(1);
  await clock.advance(1000);
  const [second] = pieces(1);
  await clock.advance(timeout - 1000);
  const [third] = pieces(1);
  await clock.advance(0);
  expect(outcomes([first!, second!, third!])).toEqual(['late', 'pending', 'silent']);
});

test('an answer ends the silence', async () => {
  const { clock, pieces } = setUp(2);
  pieces(1);
  await clock.advance(1000);
  const [second] = pieces(1);
  await clock.advance(timeout - 1000);
  second!.finish();
  const [third] = pieces(1);
  await clock.advance(0);
  expect(third!.started).toBe(true);
});

test('after a silence the next work is tried once nothing is under way any more', async () => {
  const { clock, pieces } = setUp(2);
  const lost = pieces(3);
  await clock.advance(timeout);
  expect(outcomes(lost)).toEqual(['late', 'late', 'silent']);
  const [next] = pieces(1);
  await clock.advance(0);
  next!.finish();
  await clock.advance(0);
  expect(next!.outcome).toBe('done');
});

test('work that fails at once is no sign of silence', async () => {
  const { clock, pieces } = setUp(1);
  const work = pieces(2);
  await clock.advance(timeout - 1);
  work[0]!.fail(new Error('refused'));
  await clock.advance(1);
  expect(outcomes(work)).toEqual(['refused', 'pending']);
  expect(work[1]!.started).toBe(true);
});

test('waiting work can be given up, and leaves its place to the next', async () => {
  const { clock, gate, pieces } = setUp(1);
  const [first] = pieces(1);
  const cancellation = new Cancellation();
  const waiting = new Piece(gate, cancellation);
  const [third] = pieces(1);
  cancellation.abort('changed my mind');
  await clock.advance(0);
  expect(waiting.outcome).toBe('changed my mind');
  first!.finish();
  await clock.advance(0);
  expect([waiting.started, third!.started]).toEqual([false, true]);
});

test('work under way sees the signal of whoever asked for it, and leaves its place', async () => {
  const { clock, gate, pieces } = setUp(1);
  const cancellation = new Cancellation();
  const first = new Piece(gate, cancellation);
  const [second] = pieces(1);
  await clock.advance(0);
  cancellation.abort('enough');
  await clock.advance(0);
  expect([first.outcome, second!.started]).toEqual(['enough', true]);
});

test('work whose signal fires just as it is admitted is stopped and leaves its place', async () => {
  const { clock, gate, pieces } = setUp(1);
  const [first] = pieces(1);
  const cancellation = new Cancellation();
  const second = new Piece(gate, cancellation);
  const [third] = pieces(1);
  await clock.advance(0);
  first!.finish();
  // The promise callbacks run in this order: the gate admits, then this aborts, then the work begins.
  await Promise.resolve().then(() => cancellation.abort('too late'));
  await clock.advance(0);
  expect([second.outcome, third!.started]).toEqual(['too late', true]);
});

test('work is not started for a signal that has fired before', async () => {
  const { clock, gate } = setUp(1);
  const cancellation = new Cancellation();
  cancellation.abort('gone');
  const piece = new Piece(gate, cancellation);
  await clock.advance(0);
  expect([piece.outcome, piece.started]).toEqual(['gone', false]);
});

test('a smaller limit stops nothing, and lets the rest in one after the other; a larger one admits at once', async () => {
  const { clock, gate, pieces } = setUp(2);
  const work = pieces(5);
  await clock.advance(0);
  gate.limit = 1;
  expect(started(work)).toEqual([true, true, false, false, false]);
  work[0]!.finish();
  await clock.advance(0);
  expect(started(work)).toEqual([true, true, false, false, false]);
  work[1]!.finish();
  await clock.advance(0);
  expect(started(work)).toEqual([true, true, true, false, false]);
  gate.limit = 4;
  await clock.advance(0);
  expect(started(work)).toEqual([true, true, true, true, true]);
});

test('where only one piece of work may be under way, a hanging other side costs one timeout too', async () => {
  const { clock, pieces } = setUp(1);
  const work = pieces(40);
  await clock.advance(timeout);
  expect(outcomes(work)).toEqual(['late', ...Array(39).fill('silent')]);
});

test('closing ends what is under way and what waits, and refuses what comes', async () => {
  const { clock, gate, pieces } = setUp(1);
  const work = pieces(2);
  await clock.advance(0);
  gate.close(new Error('closed'));
  work.push(...pieces(1));
  await clock.advance(0);
  expect(outcomes(work)).toEqual(['closed', 'closed', 'closed']);
  expect(clock.timers).toEqual([]);
});

test('no timer is left when work is done', async () => {
  const { clock, pieces } = setUp(1);
  const [piece] = pieces(1);
  await clock.advance(0);
  expect(clock.timers).toEqual([timeout]);
  piece!.finish();
  await clock.advance(0);
  expect(clock.timers).toEqual([]);
});

describe('fairness', () => {
  test('a free place goes to the owner with the least work in progress, then to the one without a turn for longest', async () => {
    const gate = new Gate(
      { limit: 2, timeout: 1_000, lateError: () => new Error('late'), silentError: () => new Error('silent') },
      new FakeClock(),
    );
    const order: string[] = [];
    const finish: (() => void)[] = [];
    const run = (owner: string, name: string) =>
      gate.run(
        () =>
          new Promise<void>((resolve) => {
            order.push(name);
            finish.push(resolve);
          }),
        new Cancellation(),
        owner,
      );
    const all = [
      run('a', 'a1'),
      run('a', 'a2'),
      run('a', 'a3'),
      run('a', 'a4'),
      run('b', 'b1'),
      run('b', 'b2'),
      run('c', 'c1'),
    ];
    for (let turn = 0; turn < all.length; turn += 1) {
      await vi.waitFor(() => expect(finish.length).toBeGreaterThan(turn));
      finish[turn]!();
    }
    await Promise.all(all);
    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });
});
