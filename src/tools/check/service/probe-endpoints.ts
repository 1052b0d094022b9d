import { parseValue } from '../../../catalogue/derivations/number.js';
import { openMetricsType } from '../../../render/open-metrics.js';
import type { CheckedCatalogue } from '../checked-catalogue.js';
import type { Criterion } from '../report.js';
import { checkResponse, type ResponseCheck } from './check-response.js';
import type { CheckedEndpoint } from './checked-endpoints.js';
import type { RequestFailure } from './explain-failure.js';
import { explainStatus } from './explain-status.js';
import type { ParsedFamily } from './parse-exposition.js';
import type { InstallationDocs } from './read-docs.js';
import type { Summary } from './read-summary.js';
import { isFailure, type ServiceClient, type ServiceResponse } from './service-client.js';

/** Results of all endpoints, each in every format that it has. */
export interface EndpointResults {
  /** One per endpoint; `value` is the status, null without a response. */
  readonly criteria: readonly Criterion[];
  readonly summary: Summary | undefined;
  readonly docs: InstallationDocs | undefined;
  /** Names of the families of `/all` with a number in them; undefined without a valid response. */
  readonly families: readonly string[] | undefined;
  /** Why `/summary` had no response with status 200. */
  readonly failure: RequestFailure | undefined;
  /** Why no endpoint at all had one; undefined where any did. */
  readonly unreachable: (RequestFailure & { readonly status: number | null }) | undefined;
}

/** Requests every endpoint once in each of its formats. Rejects only with the reason of `signal`. */
export async function probeEndpoints(
  service: ServiceClient,
  catalogue: CheckedCatalogue,
  signal: AbortSignal,
): Promise<EndpointResults> {
  const probes = new Map<string, EndpointProbe>();
  let docs: InstallationDocs | undefined;
  // The documentation first: it names the marker that samples must carry.
  let silent = 0;
  let same: EndpointProbe | undefined;
  for (const endpoint of [...catalogue.endpoints].sort((a) => (a.kind === 'docs' ? -1 : 0))) {
    const result: EndpointProbe = same
      ? { ...same, criterion: { ...same.criterion, id: idOf(endpoint) } }
      : await probe(service, endpoint, docs, catalogue, signal);
    const { value } = result.criterion;
    silent = value === null ? silent + 1 : 0;
    // No further requests to a service that does not respond, or that rejects the token.
    if (silent > 1 || value === 401 || value === 403) same = result;
    docs ??= result.check?.docs;
    probes.set(endpoint.endpoint, result);
    if (probes.size === 1 && value === null) same = result;
  }
  const [first] = [...probes.values()];
  const isDown = [...probes.values()].every(({ criterion }) => criterion.value !== 200);
  return {
    unreachable:
      isDown && first?.failure ? { ...first.failure, status: first.criterion.value as number | null } : undefined,
    criteria: catalogue.endpoints.map(({ endpoint }) => probes.get(endpoint)!.criterion),
    summary: probes.get('summary')?.check?.summary,
    docs,
    families: probes
      .get('all')
      ?.check?.families?.filter(hasNumber)
      .map(({ name }) => name),
    failure: probes.get('summary')?.failure,
  };
}

/** Cause and remedy in one line. */
export function failureText({ cause, fix }: RequestFailure): string {
  return `${cause.replace(/\.$/, '')}; ${fix}`;
}

function hasNumber({ samples }: ParsedFamily): boolean {
  return samples.some(({ value }) => Number.isFinite(parseValue(value)));
}

function idOf({ endpoint }: CheckedEndpoint): string {
  return `endpoint.${endpoint}`;
}

interface EndpointProbe {
  readonly criterion: Criterion;
  /** Of the response without negotiation. */
  readonly check?: ResponseCheck;
  readonly failure?: RequestFailure;
}

async function probe(
  service: ServiceClient,
  endpoint: CheckedEndpoint,
  docs: InstallationDocs | undefined,
  catalogue: CheckedCatalogue,
  signal: AbortSignal,
): Promise<EndpointProbe> {
  const hasFormats = endpoint.kind === 'exposition' || endpoint.kind === 'scrape';
  const criterion = { id: idOf(endpoint), budget: 200 };
  const checks: ResponseCheck[] = [];
  for (const openMetrics of hasFormats ? [false, true] : [false]) {
    const headers = openMetrics ? { accept: openMetricsType.split(';', 2).join(';') } : {};
    const response = await service.get(endpoint.path, signal, headers);
    const failure = failureOf(response, service, endpoint);
    if (failure) {
      const value = isFailure(response) ? null : response.status;
      return { criterion: { ...criterion, ok: false, value, detail: failureText(failure) }, failure };
    }
    checks.push(checkResponse(endpoint, response as ServiceResponse, openMetrics, docs?.scope.marker, catalogue));
  }
  const problems = [...new Set(checks.flatMap((check) => check.problems))];
  const [check] = checks;
  const shown = problems.slice(0, 3).join('; ') + (problems.length > 3 ? ` and ${problems.length - 3} more` : '');
  const detail = problems.length > 0 ? shown : check!.content;
  return { criterion: { ...criterion, ok: problems.length === 0, value: 200, detail }, check: check! };
}

function failureOf(
  response: ServiceResponse | RequestFailure,
  service: ServiceClient,
  { path }: CheckedEndpoint,
): RequestFailure | undefined {
  if (isFailure(response)) return response;
  return response.status === 200 ? undefined : explainStatus(response, service.base + path, service.hasToken);
}
