import type { SyntaxNode } from '@lezer/common';
import { type Matcher, readBraces } from '../../../promql/matcher.js';
import { PromqlError, parsePromql } from '../../../promql/parse-promql.js';
import { unquotePromql } from '../../../promql/string-literal.js';
import { plainPromql } from './grafana-text.js';

/** What an expression does with two series that differ only in job and instance: */
export type OverlapEffect =
  /** it returns both, */
  | 'apart'
  /** it sums or counts both, */
  | 'added'
  /** it merges them (max, avg), */
  | 'merged'
  /** or it fails, since it needs exactly one. */
  | 'fails';

/** A vector selector and its context in the expression. */
export interface QuerySelector {
  readonly name: string | undefined;
  /** Matchers with their offsets in the query, `__name__` included. */
  readonly matchers: readonly (Matcher & { readonly from: number; readonly to: number })[];
  readonly overlap: OverlapEffect;
  /** Whether it has an `offset`, as in `up offset 1h unless up`. */
  readonly isOffset: boolean;
  /** Whether it is inside `absent` or `absent_over_time`. */
  readonly isAbsent: boolean;
}

/** A pattern that a function applies to a label, as `label_replace` does. */
export interface LabelPattern {
  readonly label: string;
  readonly pattern: string;
}

/** What a query selects. */
export interface ReadQuery {
  readonly selectors: readonly QuerySelector[];
  readonly patterns: readonly LabelPattern[];
}

/** Reads a query in PromQL or Grafana syntax. Undefined if it does not parse. */
export function readQuery(query: string): ReadQuery | undefined {
  const text = plainPromql(query);
  const patterns: LabelPattern[] = [];
  const selectors: QuerySelector[] = [];
  try {
    parsePromql(text).tree.iterate({
      enter({ name, node }) {
        if (name === 'VectorSelector') selectors.push(readSelector(text, node));
        if (/^label_replace$/i.test(calledFunction(text, node))) patterns.push(...replacedPattern(text, node));
      },
    });
  } catch (error) {
    if (error instanceof PromqlError) return undefined;
    throw error;
  }
  return { selectors, patterns };
}

/** Source label and regular expression of `label_replace(v, dst, replacement, src, regex)`. */
function replacedPattern(text: string, call: SyntaxNode): readonly LabelPattern[] {
  const strings = call.getChild('FunctionCallBody')?.getChildren('StringLiteral') ?? [];
  const [label, pattern] = strings.slice(2).map(({ from, to }) => unquotePromql(text.slice(from, to)));
  if (label === undefined || pattern === undefined || !('value' in label) || !('value' in pattern)) return [];
  return [{ label: label.value, pattern: pattern.value }];
}

function readSelector(text: string, node: SyntaxNode): QuerySelector {
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
    overlap: overlapOf(text, above),
    isOffset: above.some(({ name }) => name === 'OffsetExpr'),
    isAbsent: above.some((parent) => /^absent(?:_over_time)?$/i.test(calledFunction(text, parent))),
  };
}

function ancestors(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let parent = node.parent; parent !== null; parent = parent.parent) found.push(parent);
  return found;
}

/** The innermost enclosing node that combines two series decides. */
function overlapOf(text: string, above: readonly SyntaxNode[]): OverlapEffect {
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

/** Whether a binary operation such as `a / on (status) b` ignores job and instance, so that two jobs make it fail. */
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
