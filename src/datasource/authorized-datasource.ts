import type { Authorize } from '../http/decision.js';
import { AnswerError } from './answer-error.js';
import type { Datasource } from './create-datasource.js';
import { replyError } from './reply.js';

/** The same for those who are let in; whose answers are then apart from those of others. Nothing is told to anybody else, paths included. */
export function authorizedDatasource(datasource: Datasource, authorize: Authorize): Datasource {
  return {
    ...datasource,
    async handle(request) {
      const decision = await authorize(request, 'datasource');
      if (decision.allowed) return datasource.handle({ ...request, principal: decision.principal });
      const { status, code, message, retryAfter } = decision.error;
      const reply = replyError(new AnswerError(status, code, message, { retryAfter }));
      if (status !== 401) return reply;
      return { ...reply, headers: { ...reply.headers, 'www-authenticate': 'Bearer realm="gatewayz-metrics"' } };
    },
  };
}
