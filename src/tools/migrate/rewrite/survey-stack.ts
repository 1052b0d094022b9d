import { newJob } from '../find/exporter.js';
import { exporterDirectories } from '../find/exporter-directories.js';
import type { StackFacts } from '../find/facts.js';
import { fileTraces } from '../find/file-traces.js';
import type { Finding } from '../find/finding.js';
import { stackFacts } from '../find/gather-facts.js';
import type { Trace } from '../find/trace.js';
import type { Stack, StackEntry, StackFile } from '../stack/stack.js';
import { lineNumbers } from '../text/lines.js';
import { addJob } from './add-job.js';
import { lacksJob, rewriteStack } from './rewrite-stack.js';

/** All traces of the exporter in a stack, ordered by file and line. */
export interface StackSurvey {
  readonly facts: StackFacts;
  readonly findings: readonly SurveyFinding[];
}

/** A finding, with what it shows while both jobs are scraped. */
export type SurveyFinding = Finding & Pick<Trace, 'overlap'>;

/** Placeholder for checking whether a job can be added. */
const anyJob = { target: 'gatewayz-metrics:8000', metricsPath: '/prometheus/metrics' };

/** Finds every trace and what the phase `remove` does about it. Pure. */
export function surveyStack(stack: Stack): StackSurvey {
  const facts = stackFacts(stack.files);
  const { files } = rewriteStack(stack, facts, 'remove', anyJob);
  const after = stack.files.map((file) => ({
    ...file,
    text: files.find((change) => change.file === file)?.after ?? file.text,
  }));
  const directories = exporterDirectories(stack, after);
  const gone = directories.filter(({ stays }) => stays === undefined).map(({ path }) => `${path}/`);
  const findings: SurveyFinding[] = [
    ...directories.map(({ path, stays }): Finding => {
      const found = { file: path, line: 1, kind: 'directory' } as const;
      return stays === undefined
        ? { ...found, action: 'remove', why: 'the exporter is built here, and nothing else needs it' }
        : { ...found, action: 'by hand', why: `it has the name of the exporter; ${stays}` };
    }),
    ...stack.others.flatMap(otherFinding),
    ...stack.files.flatMap((file) => fileFindings(file, facts)),
  ];
  const isLeft = ({ file }: SurveyFinding) => !gone.some((path) => file.startsWith(path));
  return { facts, findings: findings.filter(isLeft).toSorted((a, b) => compare(a.file, b.file) || a.line - b.line) };
}

function fileFindings(file: StackFile, facts: StackFacts): readonly SurveyFinding[] {
  const line = lineNumbers(file.text);
  const jobsStay = lacksJob(
    file.path,
    file.text.includes('job_name') ? addJob(file.text, facts, anyJob) : file.text,
    facts,
  );
  return fileTraces(file, facts).map((trace) => {
    const { kind, action, why, overlap } = jobsStay ? withoutNewJob(trace) : trace;
    return { file: file.path, line: line(trace.start), kind, action, why, ...(overlap && { overlap }) };
  });
}

function withoutNewJob(trace: Trace): Trace {
  if (trace.kind !== 'scrape job' || trace.action !== 'remove') return trace;
  return {
    ...trace,
    action: 'by hand',
    why: `${trace.why}; a job ${newJob} cannot be added next to it; add it, then run this again`,
  };
}

function otherFinding({ path, type }: StackEntry): Finding[] {
  const why = {
    link: 'a symbolic link; not followed, check its target',
    large: 'larger than 5 MiB; not read',
    unreadable: 'could not be read',
    closed: 'a directory that could not be opened',
  };
  return type === 'directory' ? [] : [{ file: path, line: 1, kind: 'other', action: 'by hand', why: why[type] }];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
