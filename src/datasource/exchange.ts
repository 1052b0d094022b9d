import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher, Pool } from 'undici';
import type { Flight, Head } from './flight.js';
import type { DatasourceReply } from './message.js';

type Controller = Dispatcher.DispatchController;

/** One request on the wire, into the flight; what `judge` says is said in place of the answer where it has a body. */
export interface Exchange {
  readonly pool: Pool;
  readonly options: Dispatcher.DispatchOptions;
  readonly flight: Flight;
  /** Throws for an answer that nobody is to see. */
  readonly judge: (status: number, headers: IncomingHttpHeaders) => Head | DatasourceReply;
  readonly signal: AbortSignal;
  /** Called when the upstream has begun to answer, in whatever words. */
  readonly answered: () => void;
}

/** Resolves with the last byte; rejects with what broke it off, or at once with the reason of `signal`. */
export function exchange({ pool, options, flight, judge, signal, answered }: Exchange): Promise<void> {
  return new Promise((resolve, reject) => {
    let controller: Controller | undefined;
    const stop = (error: Error): void => {
      reject(error);
      controller?.abort(error);
    };
    const abort = (): void => stop(signal.reason);
    const settle = (finish: () => void): void => {
      signal.removeEventListener('abort', abort);
      finish();
    };
    signal.addEventListener('abort', abort, { once: true });
    pool.dispatch(options, {
      onRequestStart(given) {
        controller = given;
        if (signal.aborted) abort();
      },
      onResponseStart(given, status, headers) {
        if (status < 200 || signal.aborted) return;
        answered();
        try {
          const verdict = judge(status, headers);
          flight.start(verdict, given);
          if (!('body' in verdict)) return;
          if (verdict.body instanceof Uint8Array) flight.push(verdict.body);
          settle(resolve);
          given.abort(new Error('the answer is not handed on'));
        } catch (error) {
          stop(error as Error);
        }
      },
      onResponseData(_, chunk) {
        flight.push(chunk);
      },
      onResponseEnd: () => settle(resolve),
      onResponseError: (_, error) => settle(() => reject(error)),
    });
  });
}
