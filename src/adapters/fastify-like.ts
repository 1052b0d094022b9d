import type { ClosingResponse } from './node.js';

/** The part of a Fastify request that is used. */
export interface FastifyRequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Client address; the forwarded one where the application sets `trustProxy`. */
  readonly ip: string;
  readonly params?: unknown;
  readonly body?: unknown;
}

/** The part of its reply that is used. */
export interface FastifyReplyLike {
  readonly raw: ClosingResponse & { destroy(): unknown };
  code(status: number): FastifyReplyLike;
  getHeader(name: string): unknown;
  headers(values: Readonly<Record<string, string>>): FastifyReplyLike;
  send(body?: unknown): unknown;
}

export interface FastifyRouteLike {
  method: string[];
  url: string;
  exposeHeadRoute: boolean;
  /** Hides the route from OpenAPI documents of the application (@fastify/swagger). */
  schema: { hide: true; body?: never };
  onRequest?: (request: FastifyRequestLike, reply: FastifyReplyLike) => void;
  handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => void;
}

export interface FastifyScopeLike {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(type: string, parser: (request: unknown, payload: unknown) => Promise<unknown>): unknown;
  route(definition: FastifyRouteLike): unknown;
}

/** The part of a Fastify 4 or 5 instance that is used; structural, so the application's own version applies. */
export interface FastifyLike {
  readonly prefix: string;
  /** Fastify 5: all methods it routes. */
  readonly supportedMethods?: readonly string[];
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  route(definition: FastifyRouteLike): unknown;
  register(plugin: (scope: FastifyScopeLike) => Promise<void>): PromiseLike<unknown>;
  addHook(name: 'onClose', hook: () => Promise<void>): unknown;
}
