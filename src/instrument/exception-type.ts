/** The class of an error as its own name tells it; the name as it is where that was given. */
export function exceptionType(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return error.name === 'Error' ? error.constructor.name : error.name;
}

/** Errors that carry a status of 400 to 499, as validation errors do, are the client's. */
export function isServerFault(error: unknown): boolean {
  const { statusCode, status } = Object(error) as { statusCode?: unknown; status?: unknown };
  const code = Number(statusCode ?? status);
  return !(code >= 400 && code < 500);
}
