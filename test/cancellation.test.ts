import { expect, test } from 'vitest';
import { Cancellation, type CancelSignal } from '../src/cancellation.js';

test('an AbortSignal is a signal too, so that either can be given', () => {
  const signals: CancelSignal[] = [new Cancellation(), new AbortController().signal];
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
});

test('the first reason counts, and everybody hears of it once, in the order in which they came', () => {
  const cancellation = new Cancellation();
  const heard: string[] = [];
  cancellation.addEventListener('abort', () => heard.push('first'));
  cancellation.addEventListener('abort', () => heard.push('second'));
  cancellation.abort('enough');
  cancellation.abort('again');
  expect([cancellation.aborted, cancellation.reason, heard]).toEqual([true, 'enough', ['first', 'second']]);
});

test('who has stopped listening hears nothing, not even when a listener before it did that', () => {
  const cancellation = new Cancellation();
  const heard: string[] = [];
  const last = () => heard.push('last');
  cancellation.addEventListener('abort', () => cancellation.removeEventListener('abort', last));
  cancellation.addEventListener('abort', last);
  cancellation.abort();
  expect(heard).toEqual([]);
});

test('who comes too late hears nothing, as with an AbortSignal', () => {
  const cancellation = new Cancellation();
  cancellation.abort();
  cancellation.addEventListener('abort', () => expect.unreachable('it has fired already'));
  expect(cancellation.aborted).toBe(true);
});
