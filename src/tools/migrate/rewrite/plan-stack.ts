import { newJob } from '../find/exporter.js';
import { exporterDirectories } from '../find/exporter-directories.js';
import { stackFacts } from '../find/gather-facts.js';
import { jobLists } from '../find/scrape-job.js';
import { isYamlFile } from '../stack/file-kind.js';
import type { Stack, StackEntry, StackFile } from '../stack/stack.js';
import { forgetYaml, yamlOf } from '../text/yaml-source.js';
import type { NewJobOptions } from './new-job.js';
import { type PlannedFinding, planFile } from './plan-file.js';

export type Phase = 'parallel' | 'remove';

/** Changes of a phase. */
export interface Rewrite {
  readonly files: readonly { readonly file: StackFile; readonly after: string }[];
  /** Directories to remove. */
  readonly directories: readonly string[];
}

/** All traces of the exporter in a stack, and what each phase changes. */
export interface StackPlan {
  /** Ordered by file and line. */
  readonly findings: readonly PlannedFinding[];
  readonly changes: Readonly<Record<Phase, Rewrite>>;
  /** Whether the new job is in the stack after any phase. */
  readonly hasNewJob: boolean;
}

/** Placeholder where the values of the new job do not matter. */
export const anyJob: NewJobOptions = { target: 'gatewayz-metrics:8000', metricsPath: '/prometheus/metrics' };

/** Called before each file, with its index. */
export type OnFile = (index: number, count: number) => void;

/** Plans a stack: the plan is what `apply` does. Pure; a phase that was applied changes nothing. */
export function planStack(stack: Stack, options: NewJobOptions, onFile: OnFile = () => undefined): StackPlan {
  const facts = stackFacts(stack.files);
  const plans = stack.files.map((file, index) => {
    onFile(index, stack.files.length);
    const plan = planFile(file, facts, options);
    forgetYaml(file);
    return plan;
  });
  const after = stack.files.map((file, index) => withText(file, plans[index]!.remove));
  const directories = exporterDirectories(stack, after, (file, offset) => plans[after.indexOf(file)]!.lineOf(offset));
  const gone = directories.filter(({ stays }) => stays === undefined).map(({ path }) => path);
  const isLeft = (path: string) => !gone.some((directory) => path.startsWith(`${directory}/`));
  const changed = (phase: Phase) =>
    stack.files.flatMap((file, index) => {
      const text = plans[index]![phase];
      return text === file.text || (phase === 'remove' && !isLeft(file.path)) ? [] : [{ file, after: text }];
    });
  const findings = [
    ...directories.map(({ path, stays }): PlannedFinding => {
      const found = { file: path, line: 1, kind: 'directory' } as const;
      return stays === undefined
        ? { ...found, action: 'remove', why: 'the exporter is built here, and nothing else needs it' }
        : { ...found, action: 'by hand', why: `it has the name of the exporter; ${stays}` };
    }),
    ...stack.others.flatMap(otherFinding),
    ...plans.flatMap((plan) => plan.findings),
  ];
  return {
    findings: findings
      .filter(({ file }) => isLeft(file))
      .toSorted((a, b) => compare(a.file, b.file) || a.line - b.line),
    changes: {
      parallel: { files: changed('parallel'), directories: [] },
      remove: { files: changed('remove'), directories: gone },
    },
    hasNewJob: after.some(hasNewJob),
  };
}

function withText(file: StackFile, text: string): StackFile {
  return text === file.text ? file : { ...file, text };
}

function hasNewJob(file: StackFile): boolean {
  if (!file.text.includes(newJob) || !isYamlFile(file)) return false;
  const source = yamlOf(file);
  return source !== undefined && jobLists(source).some(({ jobs }) => jobs.some(({ name }) => name === newJob));
}

function otherFinding({ path, type }: StackEntry): PlannedFinding[] {
  if (type === 'directory') return [];
  const why = {
    link: 'a symbolic link; not followed, check its target',
    large: 'larger than 5 MiB; not read',
    unreadable: 'could not be read',
    closed: 'a directory that could not be opened',
  };
  return [{ file: path, line: 1, kind: 'other', action: 'by hand', why: why[type] }];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
