import type { CancelSignal } from '../cancellation.js';

/** As `value`, but rejects with the reason of `signal` at once when it fires, whatever a promise is still waiting for. */
export function abortable<T>(value: T | Promise<T>, signal: CancelSignal): T | Promise<T> {
  if (!(value instanceof Promise)) return value;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
