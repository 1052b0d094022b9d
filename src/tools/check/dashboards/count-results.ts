import type { TargetReport } from '../report.js';

const results: readonly TargetReport['result'][] = ['data', 'empty', 'idle', 'error', 'skipped'];

/** How many queries have each result: `12 data, 0 empty, 1 idle, 0 error, 3 skipped`. */
export function countResults(targets: readonly Pick<TargetReport, 'result'>[]): string {
  return results.map((result) => `${targets.filter((target) => target.result === result).length} ${result}`).join(', ');
}
