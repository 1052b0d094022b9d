type Headers = Readonly<Record<string, string>>;

/** Ours, beside what the host's own middleware has said before: one for CORS says `Origin`. */
export function withVary(said: unknown, headers: Headers): Headers {
  if (said === undefined) return headers;
  return { ...headers, vary: [said, headers['vary']].flat().join(', ') };
}
