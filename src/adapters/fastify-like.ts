/** What is needed of a Fastify request. */
export interface FastifyRequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The client's address; the forwarded one where the host's `trustProxy` says so. */
  readonly ip: string;
}

/** What is needed of its reply. */
export interface FastifyReplyLike {
  code(status: number): FastifyReplyLike;
  getHeader(name: string): unknown;
  headers(values: Readonly<Record<string, string>>): FastifyReplyLike;
  send(body?: unknown): unknown;
}
