import type { Edit } from '../text/edit.js';
import { classifyQuery, concernsExporter, type QueryClassification } from './classify-query.js';
import { newJob } from './exporter.js';
import type { StackFacts } from './facts.js';
import type { QuerySite } from './query-sites.js';
import type { Trace } from './trace.js';

/** Traces for the queries of one file, with the edits that rename the job. */
export function queryTraces(text: string, sites: readonly QuerySite[], facts: StackFacts): readonly Trace[] {
  return sites.flatMap(({ kind, owner, query, language, start, end }): Trace[] => {
    const prefix = owner === '' ? '' : `${owner}: `;
    if (language === 'other') {
      if (!concernsExporter(query, facts)) return [];
      const why = `${prefix}a query of another data source, which migrate never changes; it mentions the exporter`;
      return [{ kind, action: 'by hand', why, start, end }];
    }
    const classification = classified(query, facts, kind === 'alert', language);
    if (classification === undefined) return [];
    const { action, why, renames, overlap } = classification;
    const trace = { kind, action, why: prefix + why, start, end, ...(overlap && { overlap }) };
    if (action !== 'replace') return [trace];
    const edits = renameEdits(text.slice(start, end), start, query, renames);
    if (edits !== undefined) return [{ ...trace, edits }];
    return [{ ...trace, action: 'by hand', why: `${trace.why}; the job name is written with escapes` }];
  });
}

const known = new WeakMap<StackFacts, Map<string, QueryClassification | undefined>>();

/** `classifyQuery`, once per query: dashboards repeat theirs. */
function classified(...[query, facts, isAlert, language]: Required<Parameters<typeof classifyQuery>>) {
  const ofFacts = known.get(facts) ?? new Map<string, QueryClassification | undefined>();
  known.set(facts, ofFacts);
  const key = `${language} ${isAlert} ${query}`;
  if (!ofFacts.has(key)) ofFacts.set(key, classifyQuery(query, facts, isAlert, language));
  return ofFacts.get(key);
}

/**
 * Edits in the file's text. Source and unquoted query contain the same names in the same order, unless a name is escaped;
 * then undefined.
 */
function renameEdits(
  source: string,
  start: number,
  query: string,
  renames: QueryClassification['renames'],
): readonly Edit[] | undefined {
  const edits: Edit[] = [];
  for (const { at, job } of renames) {
    const inQuery = occurrences(query, job);
    const inSource = occurrences(source, job);
    const offset = inSource[inQuery.indexOf(at)];
    if (inQuery.length !== inSource.length || offset === undefined) return undefined;
    edits.push({ start: start + offset, end: start + offset + job.length, insert: newJob });
  }
  return edits;
}

function occurrences(text: string, name: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) found.push(at);
  return found;
}
