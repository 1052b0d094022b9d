import { type Phase, planStack } from '../../../src/tools/migrate/rewrite/plan-stack.js';

/** What a phase makes of one file, the target being `backend:8000`. */
export function rewriteText(path: string, text: string, phase: Phase = 'remove'): string {
  const job = { target: 'backend:8000', metricsPath: '/prometheus/metrics' };
  const stack = { files: [{ path, text, encoding: 'utf8' as const }], others: [], links: [] };
  return planStack(stack, job).changes[phase].files[0]?.after ?? text;
}
