import type { IncomingHttpHeaders } from 'node:http';
import type { OriginPool, PoolRequest } from '../http-client/origin-pool.js';
import { bodyTooLong } from '../http-client/read-body.js';
import type { DatasourceResponse } from './message.js';
import type { Head, SingleFlight } from './single-flight.js';

/** One request on the wire; its response goes into the flight, or what `judge` puts in its place. */
export interface Exchange {
  readonly pool: OriginPool;
  readonly request: PoolRequest;
  readonly flight: SingleFlight;
  /** Returns the head to forward, or a response to send instead; throws if neither fits. */
  readonly judge: (status: number, headers: IncomingHttpHeaders) => Head | DatasourceResponse;
  /** Called when the upstream has begun to respond, whatever it says. */
  readonly answered: () => void;
  /** Bytes on the wire. */
  readonly maxBody: number;
}

/** Resolves when the flight is complete; rejects with the error that broke it off, or with the reason of the request's signal. */
export async function exchange({ pool, request, flight, judge, answered, maxBody }: Exchange): Promise<void> {
  const response = await pool.request(request);
  answered();
  try {
    const verdict = judge(response.statusCode ?? 0, response.headers);
    flight.start(verdict, response);
    if ('body' in verdict) {
      if (verdict.body instanceof Uint8Array) flight.push(verdict.body);
      flight.complete();
      return;
    }
    let size = 0;
    await new Promise<void>((resolve, reject) => {
      response
        .on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBody) response.destroy(bodyTooLong());
          else flight.push(chunk);
        })
        .once('end', () => {
          flight.complete();
          resolve();
        })
        .once('error', reject)
        .once('close', () => {
          if (!response.readableEnded) reject(brokenOff());
        });
    });
  } finally {
    response.destroy();
  }
}

function brokenOff(): Error {
  return Object.assign(new Error('the response broke off'), { code: 'ECONNRESET' });
}
