import type { Edit } from './edit.js';
import { newJob } from './exporter.js';
import type { ExpressionSite } from './expression-site.js';
import type { Facts } from './facts.js';
import { type Judgement, judgeExpression } from './judge-expression.js';
import type { Trace } from './trace.js';

/** What the queries of one file mean for the migration, and how the job in them is exchanged. */
export function expressionTraces(text: string, sites: readonly ExpressionSite[], facts: Facts): readonly Trace[] {
  return sites.flatMap(({ kind, owner, query, start, end }) => {
    const judgement = judgeExpression(query, facts, kind === 'alert');
    if (judgement === undefined) return [];
    const { action, why, renames, meanwhile } = judgement;
    const prefix = owner === '' ? '' : `${owner}: `;
    const trace = { kind, action, why: prefix + why, start, end, ...(meanwhile && { meanwhile }) };
    if (action !== 'replace') return [trace];
    const edits = renameEdits(text.slice(start, end), start, query, renames);
    if (edits !== undefined) return [{ ...trace, edits }];
    return [{ ...trace, action: 'by hand', why: `${trace.why}; its spelling is unusual` }];
  });
}

/**
 * The names where they stand in the source. Quotes and escapes aside, source and query have the same names in the same
 * order; where they do not, a name is escaped.
 */
function renameEdits(
  source: string,
  start: number,
  query: string,
  renames: Judgement['renames'],
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
