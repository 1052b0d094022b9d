import type { Scope } from '../catalogue/compile.js';
import { createCatalogue } from '../catalogue/create-catalogue.js';
import { gatewayzCatalogue } from '../presets/presets.js';
import { expositionType } from '../render/exposition.js';
import { openMetricsType } from '../render/open-metrics.js';
import type { CheckedEndpoint } from './endpoints.js';
import { checkedEndpoints } from './endpoints.js';
import { type ParsedFamily, parseExposition } from './parse-exposition.js';
import { type InstallationDocs, readDocs } from './read-docs.js';
import { readSummary, type Summary } from './read-summary.js';
import type { ServiceAnswer } from './service-client.js';

/** What an answer with status 200 holds, or what is wrong with it. */
export interface Judgement {
  readonly faults: readonly string[];
  /** What it holds, in a few words. */
  readonly holds: string;
  readonly summary?: Summary;
  readonly docs?: InstallationDocs;
  readonly families?: readonly ParsedFamily[];
}

const { families: known } = createCatalogue(gatewayzCatalogue, { selector: [], marker: undefined });

/** @param marker what every sample of the installation must carry; undefined where that is off or not known */
export function judgeAnswer(
  endpoint: CheckedEndpoint,
  answer: ServiceAnswer,
  openMetrics: boolean,
  marker: Scope['marker'],
): Judgement {
  switch (endpoint.kind) {
    case 'summary':
      return judgeSummary(answer);
    case 'docs':
      return judgeDocs(answer);
    case 'exposition':
    case 'scrape':
      return judgeText(endpoint, answer, openMetrics, marker);
  }
}

function wrongType({ contentType }: ServiceAnswer, expected: string): string[] {
  return contentType === expected ? [] : [`its type is ${contentType || 'not given'}, expected ${expected}`];
}

function judgeSummary(answer: ServiceAnswer): Judgement {
  const faults = wrongType(answer, 'application/json; charset=utf-8');
  const read = readSummary(answer.body);
  if ('faults' in read) return { faults: [...faults, ...read.faults], holds: '' };
  const values = Object.values(read.metrics).flatMap(Object.values);
  const had = values.filter((value) => value !== 'N/A').length;
  return { faults, holds: `${had} of ${values.length} fields have a value`, summary: read };
}

function judgeDocs(answer: ServiceAnswer): Judgement {
  const faults = wrongType(answer, 'text/markdown; charset=utf-8');
  const missing = checkedEndpoints.filter(({ path }) => !answer.body.includes(`/metrics${path}\``));
  faults.push(...missing.map(({ endpoint }) => `it does not name the endpoint ${endpoint}`));
  const docs = readDocs(answer.body);
  if (!docs) faults.push('it has no canonical PromQL that can be read: is it another version than this check?');
  return { faults, holds: `${docs?.promql.size ?? 0} values explained`, ...(docs && { docs }) };
}

function judgeText(
  { endpoint }: CheckedEndpoint,
  answer: ServiceAnswer,
  openMetrics: boolean,
  marker: Scope['marker'],
): Judgement {
  const faults = wrongType(answer, openMetrics ? openMetricsType : expositionType);
  let families: readonly ParsedFamily[];
  try {
    families = parseExposition(answer.body, openMetrics ? 'openmetrics' : 'text');
  } catch (error) {
    return { faults: [...faults, `it is not valid: ${error instanceof Error ? error.message : error}`], holds: '' };
  }
  const count = families.reduce((sum, { samples }) => sum + samples.length, 0);
  const holds = `${families.length} families with ${count} samples`;
  const expected = known[endpoint];
  if (expected === undefined) return { faults, holds, families };

  const types = new Map(expected.map(({ name, type }) => [name, type]));
  for (const { name, type, samples } of families) {
    const fullName = openMetrics && type === 'counter' ? `${name}_total` : name;
    const expectedType = types.get(fullName);
    if (expectedType === undefined) faults.push(`the family ${fullName} does not belong here`);
    else if (expectedType !== type) faults.push(`${fullName} is a ${type}, expected a ${expectedType}`);
    if (marker && samples.some(({ labels }) => labels[marker.label] !== marker.value)) {
      faults.push(`samples of ${fullName} are without the marker ${marker.label}`);
    }
  }
  return { faults, holds, families };
}
