import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { flightWindow, SingleFlight } from '../../src/datasource/single-flight.js';
import { FakeClock } from '../support/fake-clock.js';

const head = { status: 200, headers: {} };
const never = new AbortController().signal;
const quarter = flightWindow / 4;

/** A flight that has begun, and how often its upstream was held up. */
function begun() {
  const clock = new FakeClock();
  const flight = new SingleFlight(clock);
  const held: string[] = [];
  flight.start(head, { pause: () => held.push('pause'), resume: () => held.push('resume') });
  return { clock, flight, held };
}

async function piecesOf(flight: SingleFlight, signal = never): Promise<AsyncIterator<Uint8Array>> {
  const { body } = await flight.join(signal);
  if (body instanceof Uint8Array) throw new Error('the whole had come already');
  return body[Symbol.asyncIterator]();
}

async function read(pieces: AsyncIterator<Uint8Array>, count: number): Promise<number> {
  let bytes = 0;
  for (let piece = 0; piece < count; piece += 1) bytes += (await pieces.next()).value?.length ?? 0;
  return bytes;
}

async function text(pieces: AsyncIterator<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of { [Symbol.asyncIterator]: () => pieces }) all.push(piece);
  return Buffer.concat(all).toString();
}

describe('reading', () => {
  test('pieces are handed on as they come, before the last is there', async () => {
    const { flight } = begun();
    const pieces = await piecesOf(flight);
    flight.push(Buffer.from('one'));
    expect(String((await pieces.next()).value)).toBe('one');
    const next = pieces.next();
    flight.push(Buffer.from('two'));
    expect(String((await next).value)).toBe('two');
    flight.complete();
    expect((await pieces.next()).done).toBe(true);
  });

  test('who joins later reads from the first byte on', async () => {
    const { flight } = begun();
    const first = await piecesOf(flight);
    flight.push(Buffer.from('one '));
    await first.next();
    expect(flight.joinable).toBe(true);
    const second = await piecesOf(flight);
    flight.push(Buffer.from('two'));
    flight.complete();
    expect(await text(second)).toBe('one two');
    expect(await text(first)).toBe('two');
  });

  test('an answer that is complete comes in one piece, the same for all', async () => {
    const { flight } = begun();
    flight.push(Buffer.from('one '));
    flight.push(Buffer.from('two'));
    expect(flight.whole).toBeUndefined();
    flight.complete();
    const { body: whole } = await flight.join(never);
    expect(String(whole)).toBe('one two');
    expect((await flight.join(never)).body).toBe(whole);
  });

  test('an empty answer is complete too', () => {
    const { flight } = begun();
    flight.complete();
    expect(flight.whole).toHaveLength(0);
  });

  test('all readers get the error that breaks it off, after what came before', async () => {
    const { flight } = begun();
    const readers = [await piecesOf(flight), await piecesOf(flight)];
    flight.push(Buffer.from('half'));
    flight.fail(new Error('broken'));
    for (const pieces of readers) {
      expect(String((await pieces.next()).value)).toBe('half');
      await expect(pieces.next()).rejects.toThrow('broken');
    }
    expect(flight.joinable).toBe(false);
    expect(flight.whole).toBeUndefined();
  });

  test('nothing that comes after the end counts', () => {
    const { flight } = begun();
    flight.push(Buffer.from('all'));
    flight.complete();
    flight.push(Buffer.from('more'));
    flight.fail(new Error('late'));
    expect(String(flight.whole)).toBe('all');
  });

  test('a failure before the answer is the failure of whoever waits for it', async () => {
    const flight = new SingleFlight(new FakeClock());
    const joined = flight.join(never);
    flight.fail(new Error('no answer'));
    await expect(joined).rejects.toThrow('no answer');
    expect(flight.head).toBeUndefined();
  });
});

describe('leaving', () => {
  test('who leaves does not end it for the others; when the last has left it is given up', async () => {
    const { flight } = begun();
    const [first, second] = [new AbortController(), new AbortController()];
    const joined = [flight.join(first.signal), flight.join(second.signal)];
    first.abort();
    expect(flight.call.aborted).toBe(false);
    expect(flight.joinable).toBe(true);
    second.abort();
    expect(flight.call.aborted).toBe(true);
    expect(flight.joinable).toBe(false);
    for (const one of joined) await expect(one).rejects.toThrow('the client disconnected');
  });

  test('stopping to read is leaving', async () => {
    const { flight } = begun();
    const pieces = await piecesOf(flight);
    flight.push(Buffer.from('one'));
    await pieces.next();
    await pieces.return?.();
    expect(flight.call.aborted).toBe(true);
  });

  test('who had left before it joined counts as gone', async () => {
    const { flight } = begun();
    await expect(flight.join(AbortSignal.abort())).rejects.toThrow('the client disconnected');
    expect(flight.call.aborted).toBe(true);
  });

  test('a reader that waits for more learns that it has been left', async () => {
    const { flight } = begun();
    const gone = new AbortController();
    const next = (await piecesOf(flight, gone.signal)).next();
    gone.abort();
    await expect(next).rejects.toThrow('the client disconnected');
  });

  test('a signal that outlives the answer keeps nothing of it', async () => {
    const { flight } = begun();
    const { signal } = new AbortController();
    const pieces = await piecesOf(flight, signal);
    flight.push(Buffer.from('all'));
    flight.complete();
    expect(String((await flight.join(signal)).body)).toBe('all');
    expect(await text(pieces)).toBe('all');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('after the end there is nothing to give up', () => {
    const { flight } = begun();
    const gone = new AbortController();
    flight.join(gone.signal);
    flight.complete();
    gone.abort();
    expect(flight.call.aborted).toBe(false);
  });
});

describe('pace', () => {
  test('within the window the upstream is not held up, and nothing is let go', async () => {
    const { flight, held } = begun();
    await piecesOf(flight);
    for (let piece = 0; piece < 4; piece += 1) flight.push(Buffer.alloc(quarter));
    expect(held).toEqual([]);
    flight.complete();
    expect(flight.whole).toHaveLength(flightWindow);
  });

  test('beyond it the slowest reader holds the upstream up, and nobody can join any more', async () => {
    const { flight, held } = begun();
    const [fast, slow] = [await piecesOf(flight), await piecesOf(flight)];
    for (let piece = 0; piece < 5; piece += 1) flight.push(Buffer.alloc(quarter));
    expect(held).toEqual(['pause']);
    expect(await read(fast, 5)).toBe(5 * quarter);
    expect(held).toEqual(['pause']);
    expect(await read(slow, 1)).toBe(quarter);
    expect(held).toEqual(['pause', 'resume']);
    expect(flight.joinable).toBe(false);
    flight.complete();
    expect(flight.whole).toBeUndefined();
    expect((await text(slow)).length).toBe(4 * quarter);
  });

  test('a reader that keeps up never holds it up, however long the answer', async () => {
    const { flight, held } = begun();
    const pieces = await piecesOf(flight);
    for (let piece = 0; piece < 40; piece += 1) {
      flight.push(Buffer.alloc(quarter));
      expect(await read(pieces, 1)).toBe(quarter);
    }
    expect(held).toEqual([]);
  });

  test('who stands still for five seconds is left behind, so that the others go on', async () => {
    const { clock, flight, held } = begun();
    const [fast, slow] = [await piecesOf(flight), await piecesOf(flight)];
    for (let piece = 0; piece < 5; piece += 1) flight.push(Buffer.alloc(quarter));
    await read(fast, 5);
    await clock.advance(4999);
    expect(held).toEqual(['pause']);
    await clock.advance(1);
    expect(held).toEqual(['pause', 'resume']);
    await expect(slow.next()).rejects.toThrow('the response was read too slowly');
    flight.push(Buffer.from('end'));
    flight.complete();
    expect(await text(fast)).toBe('end');
    expect(clock.timers).toEqual([]);
  });

  test('a reader who is slow but moves is not', async () => {
    const { clock, flight } = begun();
    const [fast, slow] = [await piecesOf(flight), await piecesOf(flight)];
    for (let piece = 0; piece < 6; piece += 1) flight.push(Buffer.alloc(quarter));
    await read(fast, 6);
    for (let piece = 0; piece < 6; piece += 1) {
      await clock.advance(4999);
      expect(await read(slow, 1)).toBe(quarter);
    }
    expect(flight.call.aborted).toBe(false);
  });

  test('one alone may take its time', async () => {
    const { clock, flight } = begun();
    const only = await piecesOf(flight);
    for (let piece = 0; piece < 5; piece += 1) flight.push(Buffer.alloc(quarter));
    await clock.advance(60_000);
    expect(await read(only, 5)).toBe(5 * quarter);
  });

  test('when the slow one leaves, the others go on at once', async () => {
    const { flight, held } = begun();
    const gone = new AbortController();
    const fast = await piecesOf(flight);
    await piecesOf(flight, gone.signal);
    for (let piece = 0; piece < 5; piece += 1) flight.push(Buffer.alloc(quarter));
    await read(fast, 5);
    gone.abort();
    expect(held).toEqual(['pause', 'resume']);
  });
});
