interface ResponseLike {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** Responds to any request with the metrics; 500 if a metric of the registry cannot be collected. */
export type MetricsHandler = (request: unknown, response: ResponseLike) => Promise<void>;

export function createMetricsHandler(
  metrics: () => Promise<{ readonly contentType: string; readonly body: string }>,
): MetricsHandler {
  return async (_request, response) => {
    const exposition = await metrics().catch(() => undefined);
    response.statusCode = exposition === undefined ? 500 : 200;
    response.setHeader('content-type', exposition?.contentType ?? 'text/plain; charset=utf-8');
    response.end(exposition?.body ?? 'a metric of this registry could not be collected\n');
  };
}
