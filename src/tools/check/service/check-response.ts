import type { Scope } from '../../../catalogue/compile.js';
import { expositionType } from '../../../render/exposition.js';
import { openMetricsType } from '../../../render/open-metrics.js';
import type { CheckedCatalogue } from '../checked-catalogue.js';
import type { CheckedEndpoint } from './checked-endpoints.js';
import { type ParsedFamily, parseExposition } from './parse-exposition.js';
import { type InstallationDocs, readDocs } from './read-docs.js';
import { readSummary, type Summary } from './read-summary.js';
import type { ServiceResponse } from './service-client.js';

/** The content of a response with status 200, or its problems. */
export interface ResponseCheck {
  readonly problems: readonly string[];
  /** The content in a few words. */
  readonly content: string;
  readonly summary?: Summary;
  readonly docs?: InstallationDocs;
  readonly families?: readonly ParsedFamily[];
}

/** @param marker label that every sample must carry; undefined if it is off or unknown */
export function checkResponse(
  endpoint: CheckedEndpoint,
  response: ServiceResponse,
  openMetrics: boolean,
  marker: Scope['marker'],
  catalogue: CheckedCatalogue,
): ResponseCheck {
  switch (endpoint.kind) {
    case 'summary':
      return checkSummary(response, catalogue);
    case 'docs':
      return checkDocs(response, catalogue);
    case 'openapi':
      return { problems: wrongType(response, 'application/json; charset=utf-8'), content: 'the endpoints described' };
    case 'exposition':
    case 'scrape':
      return checkExposition(endpoint, response, openMetrics, marker, catalogue);
  }
}

function wrongType({ contentType }: ServiceResponse, expected: string): string[] {
  return contentType === expected ? [] : [`its type is ${contentType || 'not given'}, expected ${expected}`];
}

function checkSummary(response: ServiceResponse, { summaryFields }: CheckedCatalogue): ResponseCheck {
  const problems = wrongType(response, 'application/json; charset=utf-8');
  const read = readSummary(response.body, summaryFields);
  if ('problems' in read) return { problems: [...problems, ...read.problems], content: '' };
  const values = Object.values(read.metrics).flatMap(Object.values);
  const had = values.filter((value) => value !== 'N/A').length;
  return { problems: problems, content: `${had} of ${values.length} fields have a value`, summary: read };
}

function checkDocs(response: ServiceResponse, { endpoints }: CheckedCatalogue): ResponseCheck {
  const problems = wrongType(response, 'text/markdown; charset=utf-8');
  const missing = endpoints.filter(({ path }) => !response.body.includes(`/metrics${path}\``));
  problems.push(...missing.map(({ endpoint }) => `it does not name the endpoint ${endpoint}`));
  const docs = readDocs(response.body);
  if (!docs) problems.push('it has no canonical PromQL that can be read: is it another version than this check?');
  return { problems: problems, content: `${docs?.promql.size ?? 0} values explained`, ...(docs && { docs }) };
}

function checkExposition(
  { endpoint }: CheckedEndpoint,
  response: ServiceResponse,
  openMetrics: boolean,
  marker: Scope['marker'],
  catalogue: CheckedCatalogue,
): ResponseCheck {
  const problems = wrongType(response, openMetrics ? openMetricsType : expositionType);
  let families: readonly ParsedFamily[];
  try {
    families = parseExposition(response.body, openMetrics ? 'openmetrics' : 'text');
  } catch (error) {
    return {
      problems: [...problems, `it is not valid: ${error instanceof Error ? error.message : error}`],
      content: '',
    };
  }
  const count = families.reduce((sum, { samples }) => sum + samples.length, 0);
  const holds = `${families.length} families with ${count} samples`;
  const expected = catalogue.families[endpoint];
  if (expected === undefined) return { problems: problems, content: holds, families };

  const types = new Map(expected.map(({ name, type }) => [name, type]));
  for (const { name, type, samples } of families) {
    const fullName = openMetrics && type === 'counter' ? `${name}_total` : name;
    const expectedType = types.get(fullName);
    if (expectedType === undefined) problems.push(`the family ${fullName} does not belong here`);
    else if (expectedType !== type) problems.push(`${fullName} is a ${type}, expected a ${expectedType}`);
    if (marker && samples.some(({ labels }) => labels[marker.label] !== marker.value)) {
      problems.push(`samples of ${fullName} are without the marker ${marker.label}`);
    }
  }
  return { problems: problems, content: holds, families };
}
