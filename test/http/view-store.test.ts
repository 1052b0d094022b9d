import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import type { PublishedView } from '../../src/http/published-view.js';
import { ViewStore, waitLimit } from '../../src/http/view-store.js';
import type { Representation, View } from '../../src/render/representation.js';
import { deferred } from '../support/deferred.js';
import { FakeClock } from '../support/fake-clock.js';

const idleAfter = 300_000;
const json: View = { endpoint: 'summary', format: 'json', encoding: 'identity' };
const gzip: View = { endpoint: 'summary', format: 'json', encoding: 'gzip' };

function setup() {
  const clock = new FakeClock();
  const asked: View[] = [];
  const touched: View[] = [];
  const since: number[] = [];
  let gate = deferred();
  gate.resolve();
  let failure: Error | undefined;
  let result: Representation | undefined;
  const engine: Engine = {
    fetch: async (view, arrival) => {
      asked.push(view);
      since.push(arrival);
      await gate.promise;
      if (failure) throw failure;
      return result;
    },
    touch: (view) => touched.push(view),
    snapshot: async () => undefined,
    state: async () => undefined,
    close: async () => {},
  };
  const store = new ViewStore(() => engine, idleAfter, clock);
  return {
    clock,
    asked,
    since,
    touched,
    store,
    /** The engine answers no more until the returned function is called. */
    hold() {
      gate = deferred();
      return gate.resolve;
    },
    /** What the engine returns. */
    give(bytes: Representation | undefined) {
      result = bytes;
    },
    fail(error: Error) {
      failure = error;
    },
    bytes(text: string, more: Partial<Representation> = {}): Representation {
      const now = clock.now();
      return {
        view: json,
        status: 200,
        contentType: 'application/json',
        etag: '"x"',
        body: new TextEncoder().encode(text),
        evaluationTime: now - 5_000,
        madeAt: now,
        nextRefresh: now + 5_000,
        overdueAt: now + 10_000,
        expires: now + 300_000,
        stale: false,
        provisional: false,
        ...more,
      };
    },
  };
}

const textOf = (view: PublishedView | undefined) => view && new TextDecoder().decode(view.representation.body);

describe('a view that is kept warm', () => {
  test('is at hand from its second request on', async () => {
    const { store, asked, bytes } = setup();
    store.publish([bytes('1')]);
    expect(store.current(json)).toBeUndefined();
    expect(textOf(await store.fetch(json))).toBe('1');
    expect(textOf(store.current(json))).toBe('1');
    expect(asked).toEqual([json]);
  });

  test('is what was published last', async () => {
    const { store, bytes } = setup();
    store.current(json);
    store.publish([bytes('1'), bytes('zipped', { view: gzip })]);
    store.publish([bytes('2')]);
    expect(textOf(store.current(json))).toBe('2');
  });

  test('keeps the engine informed, once a second', async () => {
    const { store, clock, touched, bytes } = setup();
    store.current(json);
    store.publish([bytes('1')]);
    for (let request = 0; request < 100; request += 1) {
      store.current(json);
      await clock.advance(50);
    }
    expect(touched).toEqual(Array(5).fill(json));
  });

  test('is for each view by itself', async () => {
    const { store, bytes } = setup();
    store.current(json);
    store.publish([bytes('1'), bytes('zipped', { view: gzip })]);
    expect(textOf(store.current(json))).toBe('1');
    expect(store.current(gzip)).toBeUndefined();
  });

  test('is cold again when nobody has asked for it for the idle time', async () => {
    const { store, clock, bytes } = setup();
    store.current(json);
    store.publish([bytes('1')]);
    await clock.advance(idleAfter - 1);
    expect(store.current(json)).toBeDefined();
    await clock.advance(idleAfter);
    expect(store.current(json)).toBeUndefined();
  });
});

describe('a request that finds nothing warm', () => {
  test('waits for the engine, and all who come meanwhile share the wait', async () => {
    const { store, clock, asked, since, hold, bytes } = setup();
    const release = hold();
    const arrival = clock.now();
    const waits = Array.from({ length: 2_000 }, () => store.current(json) ?? store.fetch(json));
    await clock.advance(waitLimit - 1);
    store.publish([bytes('1')]);
    waits.push(store.current(json) ?? store.fetch(json));
    release();
    expect(new Set((await Promise.all(waits)).map(textOf))).toEqual(new Set(['1']));
    expect([asked, since]).toEqual([[json], [arrival]]);
    expect(clock.timers).toEqual([]);
  });

  test('is not given what was there before idling, nor is one that comes while it waits', async () => {
    const { store, clock, hold, bytes } = setup();
    store.current(json);
    store.publish([bytes('old', { expires: clock.now() + 1_000_000 })]);
    await clock.advance(idleAfter);
    const release = hold();
    expect(store.current(json)).toBeUndefined();
    const wait = store.fetch(json);
    expect(store.current(json)).toBeUndefined();
    store.publish([bytes('new')]);
    release();
    expect(textOf(await wait)).toBe('new');
    expect(textOf(store.current(json))).toBe('new');
  });

  test('waits 8 s at most, and has nothing then if there never was anything', async () => {
    const { store, clock, hold } = setup();
    hold();
    let settled = false;
    const wait = store.fetch(json).then((bytes) => {
      settled = true;
      return bytes;
    });
    await clock.advance(7_999);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(settled).toBe(true);
    expect(await wait).toBeUndefined();
  });

  test('has the last good bytes if nothing newer comes in time', async () => {
    const { store, clock, hold, bytes } = setup();
    store.current(json);
    store.publish([bytes('old', { expires: clock.now() + 1_000_000 })]);
    await clock.advance(idleAfter);
    hold();
    expect(store.current(json)).toBeUndefined();
    const wait = store.fetch(json);
    await clock.advance(waitLimit);
    expect(textOf(await wait)).toBe('old');
    expect(textOf(store.current(json))).toBe('old');
  });

  test('gets the bytes that the engine returns, and so do later requests', async () => {
    const { store, give, bytes } = setup();
    give(bytes('1'));
    expect(textOf(await store.fetch(json))).toBe('1');
    expect(textOf(store.current(json))).toBe('1');
  });

  test('is not given provisional bytes in place of what may still be shown', async () => {
    const { store, clock, give, bytes } = setup();
    store.publish([bytes('good')]);
    give(bytes('provisional', { provisional: true }));
    expect(textOf(await store.fetch(json))).toBe('good');
    await clock.advance(300_001);
    expect(textOf(await store.fetch(json))).toBe('provisional');
  });

  test('stays warm from its response on, however long it waited', async () => {
    const { store, clock, hold, give, bytes } = setup();
    give(bytes('late'));
    const release = hold();
    store.current(json);
    const wait = store.fetch(json);
    await clock.advance(7_000);
    release();
    await wait;
    expect(textOf(store.current(json))).toBe('late');
  });

  test('fails with what the engine fails with, and the next one asks again', async () => {
    const { store, asked, fail } = setup();
    fail(new Error('no thread'));
    await expect(store.fetch(json)).rejects.toThrow('no thread');
    await expect(store.fetch(json)).rejects.toThrow('no thread');
    expect(asked).toHaveLength(2);
  });
});

describe('bytes that say that there is nothing', () => {
  test('do not replace what may still be shown, as a thread that was started anew would have it', async () => {
    const { store, clock, bytes } = setup();
    store.current(json);
    store.publish([bytes('good')]);
    await clock.advance(200_000);
    const unavailable = bytes('nothing', { status: 503, expires: Number.NEGATIVE_INFINITY });
    store.publish([unavailable]);
    expect(textOf(store.current(json))).toBe('good');
    await clock.advance(100_001);
    store.publish([unavailable]);
    expect(textOf(store.current(json))).toBe('nothing');
  });

  test('are replaced by anything newer, and stay while other views are published', () => {
    const { store, bytes } = setup();
    store.current(json);
    store.publish([bytes('nothing', { status: 503, expires: Number.NEGATIVE_INFINITY })]);
    store.publish([bytes('zipped', { view: gzip })]);
    expect(textOf(store.current(json))).toBe('nothing');
    store.publish([bytes('still nothing', { status: 503, expires: Number.NEGATIVE_INFINITY })]);
    expect(textOf(store.current(json))).toBe('still nothing');
    store.publish([bytes('good')]);
    expect(textOf(store.current(json))).toBe('good');
  });
});

test('bytes of a view that nobody asks for are let go when they have expired', async () => {
  const { store, clock, hold, bytes } = setup();
  store.current(gzip);
  store.publish([bytes('zipped', { view: gzip })]);
  await clock.advance(idleAfter + 1);
  store.current(json);
  store.publish([bytes('1')]);
  hold();
  const wait = store.fetch(gzip);
  await clock.advance(waitLimit);
  expect(await wait).toBeUndefined();
});
