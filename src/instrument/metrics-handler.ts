interface ResponseLike {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** Answers any request with the metrics; 500 with a sentence if they cannot be had. */
export type MetricsHandler = (request: unknown, response: ResponseLike) => Promise<void>;

export function createMetricsHandler(
  metrics: () => Promise<{ readonly contentType: string; readonly body: string }>,
): MetricsHandler {
  return async (_request, response) => {
    const answer = await metrics().catch(() => undefined);
    response.statusCode = answer === undefined ? 500 : 200;
    response.setHeader('content-type', answer?.contentType ?? 'text/plain; charset=utf-8');
    response.end(answer?.body ?? 'a metric of this registry could not be collected\n');
  };
}
