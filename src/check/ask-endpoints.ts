import { parseValue } from '../catalogue/derivations/number.js';
import { openMetricsType } from '../render/open-metrics.js';
import { type CheckedEndpoint, checkedEndpoints } from './endpoints.js';
import { explainRefusal } from './explain-refusal.js';
import type { Silence } from './explain-silence.js';
import { type Judgement, judgeAnswer } from './judge-endpoint.js';
import type { ParsedFamily } from './parse-exposition.js';
import type { InstallationDocs } from './read-docs.js';
import type { Summary } from './read-summary.js';
import type { Criterion } from './report.js';
import { isSilence, type ServiceAnswer, type ServiceClient } from './service-client.js';

/** What all endpoints answered, each in every format that it has. */
export interface EndpointAnswers {
  /** One an endpoint; `value` is the status, null where there was no answer. */
  readonly criteria: readonly Criterion[];
  readonly summary: Summary | undefined;
  readonly docs: InstallationDocs | undefined;
  /** Names of the families of `/all` with a number in them; undefined where it had no valid answer. */
  readonly families: readonly string[] | undefined;
  /** Why `/summary` had no answer with status 200. */
  readonly refusal: Silence | undefined;
}

/** Asks every endpoint once in each of its formats. Rejects only with the reason of `signal`. */
export async function askEndpoints(service: ServiceClient, signal: AbortSignal): Promise<EndpointAnswers> {
  const looked = new Map<string, Looked>();
  let docs: InstallationDocs | undefined;
  // The documentation first: it says what the others must carry.
  let silent = 0;
  let same: Looked | undefined;
  for (const endpoint of [...checkedEndpoints].sort((a) => (a.kind === 'docs' ? -1 : 0))) {
    const result: Looked = same
      ? { ...same, criterion: { ...same.criterion, id: idOf(endpoint) } }
      : await look(service, endpoint, docs, signal);
    const { value } = result.criterion;
    silent = value === null ? silent + 1 : 0;
    // Who does not answer twice is not waited for seven times more, and a refused token not shown again.
    if (silent > 1 || value === 401 || value === 403) same = result;
    docs ??= result.judgement?.docs;
    looked.set(endpoint.endpoint, result);
  }
  return {
    criteria: checkedEndpoints.map(({ endpoint }) => looked.get(endpoint)!.criterion),
    summary: looked.get('summary')?.judgement?.summary,
    docs,
    families: looked
      .get('all')
      ?.judgement?.families?.filter(hasNumber)
      .map(({ name }) => name),
    refusal: looked.get('summary')?.refusal,
  };
}

function hasNumber({ samples }: ParsedFamily): boolean {
  return samples.some(({ value }) => Number.isFinite(parseValue(value)));
}

function idOf({ endpoint }: CheckedEndpoint): string {
  return `endpoint.${endpoint}`;
}

interface Looked {
  readonly criterion: Criterion;
  /** Of the answer without negotiation. */
  readonly judgement?: Judgement;
  readonly refusal?: Silence;
}

async function look(
  service: ServiceClient,
  endpoint: CheckedEndpoint,
  docs: InstallationDocs | undefined,
  signal: AbortSignal,
): Promise<Looked> {
  const hasFormats = endpoint.kind === 'exposition' || endpoint.kind === 'scrape';
  const criterion = { id: idOf(endpoint), budget: 200 };
  const judgements: Judgement[] = [];
  for (const openMetrics of hasFormats ? [false, true] : [false]) {
    const headers = openMetrics ? { accept: openMetricsType.split(';', 2).join(';') } : {};
    const answer = await service.get(endpoint.path, signal, headers);
    const refusal = refusalOf(answer, service, endpoint);
    if (refusal) {
      const value = isSilence(answer) ? null : answer.status;
      return { criterion: { ...criterion, ok: false, value, detail: `${refusal.cause}; ${refusal.fix}` }, refusal };
    }
    judgements.push(judgeAnswer(endpoint, answer as ServiceAnswer, openMetrics, docs?.scope.marker));
  }
  const faults = [...new Set(judgements.flatMap((judgement) => judgement.faults))];
  const [judgement] = judgements;
  const shown = faults.slice(0, 3).join('; ') + (faults.length > 3 ? ` and ${faults.length - 3} more` : '');
  const detail = faults.length > 0 ? shown : judgement!.holds;
  return { criterion: { ...criterion, ok: faults.length === 0, value: 200, detail }, judgement: judgement! };
}

function refusalOf(
  answer: ServiceAnswer | Silence,
  service: ServiceClient,
  { path }: CheckedEndpoint,
): Silence | undefined {
  if (isSilence(answer)) return answer;
  return answer.status === 200 ? undefined : explainRefusal(answer, service.base + path, service.hasToken);
}
