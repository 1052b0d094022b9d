/** Type of an error: its `name`, or its class where the name is just `Error`. Passes a type name through. */
export function exceptionType(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return error.name === 'Error' ? error.constructor.name : error.name;
}

/** Whether an error is the server's: true unless it carries a status of 400 to 499, as validation errors do. */
export function isServerError(error: unknown): boolean {
  const { statusCode, status } = Object(error) as { statusCode?: unknown; status?: unknown };
  const code = Number(statusCode ?? status);
  return !(code >= 400 && code < 500);
}
