import { parsePromql } from '../../src/promql/parse-promql.js';

/** Selectors of a query that stand outside every aggregation, as they are written. */
export function bareSelectors(promql: string): readonly string[] {
  const bare: string[] = [];
  let depth = 0;
  parsePromql(promql).tree.iterate({
    enter({ name, from, to }) {
      if (name === 'AggregateExpr') depth += 1;
      if (name === 'VectorSelector' && depth === 0) bare.push(promql.slice(from, to));
    },
    leave({ name }) {
      if (name === 'AggregateExpr') depth -= 1;
    },
  });
  return bare;
}

/** Names of the functions that a query calls, in source order. */
export function calledFunctions(promql: string): readonly string[] {
  const called: string[] = [];
  parsePromql(promql).tree.iterate({
    enter({ name, from, to }) {
      if (name === 'FunctionIdentifier') called.push(promql.slice(from, to));
    },
  });
  return called;
}
