import { Readable } from 'node:stream';
import type { Datasource } from '../datasource/create-datasource.js';
import type { FastifyReplyLike, FastifyRequestLike } from './fastify-like.js';
import { type ClosingResponse, goneSignal } from './node-datasource.js';
import { withVary } from './with-vary.js';

export interface FastifyScopeLike {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(type: string, parser: (request: unknown, payload: unknown) => Promise<unknown>): unknown;
  route(definition: {
    method: string[];
    url: string;
    exposeHeadRoute: boolean;
    handler: (request: FastifyCallLike, reply: FastifyAnswerLike) => Promise<unknown>;
  }): unknown;
}

interface FastifyCallLike extends FastifyRequestLike {
  readonly body?: unknown;
}

interface FastifyAnswerLike extends FastifyReplyLike {
  readonly raw: ClosingResponse;
}

export interface DatasourceRoutes {
  readonly datasource: Pick<Datasource, 'handle'>;
  /** The paths, without those of the scope. */
  readonly urls: readonly string[];
  readonly methods: readonly string[];
  /** Path and query of a request, without the scope's prefix. */
  readonly urlOf: (request: FastifyRequestLike) => string;
}

/** Adds the datasource to a scope of its own: there no body is parsed, for it is for the datasource to read. */
export function addDatasourceRoutes(
  scope: FastifyScopeLike,
  { datasource, urls, methods, urlOf }: DatasourceRoutes,
): void {
  const handler = async (request: FastifyCallLike, reply: FastifyAnswerLike): Promise<unknown> => {
    const { method, headers, ip: remoteAddress } = request;
    const body = request.body instanceof Readable ? request.body : undefined;
    const signal = goneSignal(reply.raw);
    const answer = await datasource.handle({ method, url: urlOf(request), headers, remoteAddress, body, signal });
    const whole = answer.body === undefined || answer.body instanceof Uint8Array;
    return reply
      .code(answer.status)
      .headers(withVary(reply.getHeader('vary'), answer.headers))
      .send(whole ? answer.body : Readable.from(answer.body, { objectMode: false }));
  };
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', async (_request, payload) => payload);
  for (const url of urls) scope.route({ method: [...methods], url, exposeHeadRoute: false, handler });
}
