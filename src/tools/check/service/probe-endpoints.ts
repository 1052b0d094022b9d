import { parseValue } from '../../../catalogue/derive/number.js';
import { openMetricsType } from '../../../render/open-metrics.js';
import type { Criterion } from '../report.js';
import { checkResponse, type ResponseCheck } from './check-response.js';
import { type CheckedEndpoint, checkedEndpoints } from './checked-endpoints.js';
import type { RequestFailure } from './explain-failure.js';
import { explainStatus } from './explain-status.js';
import type { ParsedFamily } from './parse-exposition.js';
import type { InstallationDocs } from './read-docs.js';
import type { Summary } from './read-summary.js';
import { isFailure, type ServiceClient, type ServiceResponse } from './service-client.js';

/** What all endpoints answered, each in every format that it has. */
export interface EndpointResults {
  /** One an endpoint; `value` is the status, null where there was no answer. */
  readonly criteria: readonly Criterion[];
  readonly summary: Summary | undefined;
  readonly docs: InstallationDocs | undefined;
  /** Names of the families of `/all` with a number in them; undefined where it had no valid answer. */
  readonly families: readonly string[] | undefined;
  /** Why `/summary` had no answer with status 200. */
  readonly failure: RequestFailure | undefined;
}

/** Asks every endpoint once in each of its formats. Rejects only with the reason of `signal`. */
export async function probeEndpoints(service: ServiceClient, signal: AbortSignal): Promise<EndpointResults> {
  const probes = new Map<string, EndpointProbe>();
  let docs: InstallationDocs | undefined;
  // The documentation first: it says what the others must carry.
  let silent = 0;
  let same: EndpointProbe | undefined;
  for (const endpoint of [...checkedEndpoints].sort((a) => (a.kind === 'docs' ? -1 : 0))) {
    const result: EndpointProbe = same
      ? { ...same, criterion: { ...same.criterion, id: idOf(endpoint) } }
      : await probe(service, endpoint, docs, signal);
    const { value } = result.criterion;
    silent = value === null ? silent + 1 : 0;
    // Who does not answer twice is not waited for seven times more, and a refused token not shown again.
    if (silent > 1 || value === 401 || value === 403) same = result;
    docs ??= result.judgement?.docs;
    probes.set(endpoint.endpoint, result);
  }
  return {
    criteria: checkedEndpoints.map(({ endpoint }) => probes.get(endpoint)!.criterion),
    summary: probes.get('summary')?.judgement?.summary,
    docs,
    families: probes
      .get('all')
      ?.judgement?.families?.filter(hasNumber)
      .map(({ name }) => name),
    failure: probes.get('summary')?.refusal,
  };
}

function hasNumber({ samples }: ParsedFamily): boolean {
  return samples.some(({ value }) => Number.isFinite(parseValue(value)));
}

function idOf({ endpoint }: CheckedEndpoint): string {
  return `endpoint.${endpoint}`;
}

interface EndpointProbe {
  readonly criterion: Criterion;
  /** Of the answer without negotiation. */
  readonly judgement?: ResponseCheck;
  readonly refusal?: RequestFailure;
}

async function probe(
  service: ServiceClient,
  endpoint: CheckedEndpoint,
  docs: InstallationDocs | undefined,
  signal: AbortSignal,
): Promise<EndpointProbe> {
  const hasFormats = endpoint.kind === 'exposition' || endpoint.kind === 'scrape';
  const criterion = { id: idOf(endpoint), budget: 200 };
  const judgements: ResponseCheck[] = [];
  for (const openMetrics of hasFormats ? [false, true] : [false]) {
    const headers = openMetrics ? { accept: openMetricsType.split(';', 2).join(';') } : {};
    const answer = await service.get(endpoint.path, signal, headers);
    const refusal = failureOf(answer, service, endpoint);
    if (refusal) {
      const value = isFailure(answer) ? null : answer.status;
      return { criterion: { ...criterion, ok: false, value, detail: `${refusal.cause}; ${refusal.fix}` }, refusal };
    }
    judgements.push(checkResponse(endpoint, answer as ServiceResponse, openMetrics, docs?.scope.marker));
  }
  const faults = [...new Set(judgements.flatMap((judgement) => judgement.problems))];
  const [judgement] = judgements;
  const shown = faults.slice(0, 3).join('; ') + (faults.length > 3 ? ` and ${faults.length - 3} more` : '');
  const detail = faults.length > 0 ? shown : judgement!.content;
  return { criterion: { ...criterion, ok: faults.length === 0, value: 200, detail }, judgement: judgement! };
}

function failureOf(
  answer: ServiceResponse | RequestFailure,
  service: ServiceClient,
  { path }: CheckedEndpoint,
): RequestFailure | undefined {
  if (isFailure(answer)) return answer;
  return answer.status === 200 ? undefined : explainStatus(answer, service.base + path, service.hasToken);
}
