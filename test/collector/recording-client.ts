import type { Vector } from '../../src/model.js';
import type { PrometheusClient } from '../../src/prometheus/prometheus-client.js';

export interface RecordingClient extends PrometheusClient {
  /** Every query so far, with what came back. */
  readonly queries: readonly { readonly promql: string; readonly vector: Vector }[];
}

/** A client that notes what it is asked and what it is answered. */
export function recordingClient(client: PrometheusClient): RecordingClient {
  const queries: { promql: string; vector: Vector }[] = [];
  return {
    ...client,
    queries,
    clockSkewSeconds: client.clockSkewSeconds,
    retries: client.retries,
    async query(promql, instant, signal) {
      const answer = await client.query(promql, instant, signal);
      queries.push({ promql, vector: answer.vector });
      return answer;
    },
  };
}
