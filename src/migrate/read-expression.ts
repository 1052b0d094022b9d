import type { SyntaxNode } from '@lezer/common';
import { type Matcher, readBraces } from '../promql/matcher.js';
import { PromqlFault, parsePromql } from '../promql/parse-promql.js';
import { plainPromql } from './grafana-text.js';

/** What becomes of two series that differ in job and instance only: */
export type Gathering =
  /** both are shown, */
  | 'apart'
  /** both are added up or counted, */
  | 'added'
  /** they are one (a maximum, a mean), */
  | 'merged'
  /** or the expression has no answer, since it needs exactly one. */
  | 'fails';

/** One vector selector, with what matters when a job is replaced by another. */
export interface Use {
  readonly name: string | undefined;
  /** With the offsets of each in the query; those on the name included. */
  readonly matchers: readonly (Matcher & { readonly from: number; readonly to: number })[];
  readonly gathering: Gathering;
  /** Whether the selector looks into the past by itself, as in `up offset 1h unless up`. */
  readonly isOffset: boolean;
  /** Whether `absent` or `absent_over_time` asks for it. */
  readonly isAbsent: boolean;
}

/** The selectors of a query, as Grafana or Prometheus has it. Undefined where it does not parse. */
export function readExpression(query: string): readonly Use[] | undefined {
  const text = plainPromql(query);
  const uses: Use[] = [];
  try {
    parsePromql(text).tree.iterate({
      enter({ name, node }) {
        if (name === 'VectorSelector') uses.push(readUse(text, node));
      },
    });
  } catch (error) {
    if (error instanceof PromqlFault) return undefined;
    throw error;
  }
  return uses;
}

function readUse(text: string, node: SyntaxNode): Use {
  const identifier = node.getChild('Identifier');
  const braces = node.getChild('LabelMatchers');
  const entries = braces === null ? [] : readBraces(text, braces);
  const matchers = entries.flatMap((entry) =>
    'matcher' in entry ? { ...entry.matcher, from: entry.from, to: entry.to } : [],
  );
  const quoted = entries.flatMap((entry) => ('name' in entry ? entry.name : []));
  const named = matchers.find(({ label, op }) => label === '__name__' && op === '=')?.value;
  const above = ancestors(node);
  return {
    name: identifier === null ? (quoted[0] ?? named) : text.slice(identifier.from, identifier.to),
    matchers,
    gathering: gatheringOf(text, above),
    isOffset: above.some(({ name }) => name === 'OffsetExpr'),
    isAbsent: above.some((parent) => /^absent(?:_over_time)?$/i.test(calledFunction(text, parent))),
  };
}

function ancestors(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let parent = node.parent; parent !== null; parent = parent.parent) found.push(parent);
  return found;
}

/** From the inside out, the first that treats two series as one decides. */
function gatheringOf(text: string, above: readonly SyntaxNode[]): Gathering {
  for (const node of above) {
    if (/^(?:absent(?:_over_time)?)$/i.test(calledFunction(text, node))) return 'merged';
    if (/^scalar$/i.test(calledFunction(text, node))) return 'fails';
    if (node.name === 'BinaryExpr' && matchesWithoutJob(text, node)) return 'fails';
    if (node.name !== 'AggregateExpr' || keepsJob(text, node)) continue;
    const operator = node.getChild('AggregateOp');
    const word = operator === null ? '' : text.slice(operator.from, operator.to).toLowerCase();
    if (['topk', 'bottomk', 'limitk', 'limit_ratio'].includes(word)) continue;
    return ['sum', 'count', 'count_values'].includes(word) ? 'added' : 'merged';
  }
  return 'apart';
}

function keepsJob(text: string, aggregate: SyntaxNode): boolean {
  const modifier = aggregate.getChild('AggregateModifier');
  if (modifier === null) return false;
  const labels = labelList(text, modifier);
  const isWithout = modifier.getChild('Without') !== null;
  const jobs = ['job', 'instance'].filter((label) => labels.has(label));
  return isWithout ? jobs.length < 2 : jobs.length > 0;
}

/** `a / on (status) b`: the two jobs' series have the same labels then, and the match is refused. */
function matchesWithoutJob(text: string, binary: SyntaxNode): boolean {
  const modifier = binary.getChild('MatchingModifierClause');
  if (modifier === null || binary.getChild('And') || binary.getChild('Or') || binary.getChild('Unless')) return false;
  const labels = labelList(text, modifier);
  const jobs = ['job', 'instance'].filter((label) => labels.has(label));
  return modifier.getChild('On') === null ? jobs.length === 2 : jobs.length === 0;
}

function labelList(text: string, modifier: SyntaxNode): ReadonlySet<string> {
  const grouping = modifier.getChild('GroupingLabels');
  const words = grouping === null ? '' : text.slice(grouping.from, grouping.to);
  return new Set(words.match(/\w+/g) ?? []);
}

function calledFunction(text: string, node: SyntaxNode): string {
  const name = node.name === 'FunctionCall' ? node.getChild('FunctionIdentifier') : null;
  return name === null ? '' : text.slice(name.from, name.to);
}
