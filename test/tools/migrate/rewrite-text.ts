import { stackFacts } from '../../../src/tools/migrate/find/gather-facts.js';
import { type Phase, rewriteStack } from '../../../src/tools/migrate/rewrite/rewrite-stack.js';
import type { StackFile } from '../../../src/tools/migrate/stack/stack.js';

/** What a phase makes of one file, the target being `backend:8000`. */
export function rewriteText(path: string, text: string, phase: Phase = 'remove'): string {
  const file: StackFile = { path, text, encoding: 'utf8' };
  const job = { target: 'backend:8000', metricsPath: '/prometheus/metrics' };
  const { files } = rewriteStack({ files: [file], others: [] }, stackFacts([file]), phase, job);
  return files[0]?.after ?? text;
}
