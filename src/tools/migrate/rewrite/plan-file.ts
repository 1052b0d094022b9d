import { keptServices } from '../find/compose.js';
import type { StackFacts } from '../find/facts.js';
import {
  entryTraces,
  hasEntries,
  isDashboard,
  jsonQueryTraces,
  sideTraces,
  yamlQueryTraces,
} from '../find/file-traces.js';
import type { Finding } from '../find/finding.js';
import { mentionTraces } from '../find/mention-traces.js';
import type { Trace } from '../find/trace.js';
import { fileKind, hasQueries, isJsonPath, isYamlFile } from '../stack/file-kind.js';
import type { StackFile } from '../stack/stack.js';
import { EditedText } from '../text/edited-text.js';
import { lineNumbers } from '../text/lines.js';
import { parseYaml, type YamlSource, yamlOf } from '../text/yaml-source.js';
import { addJobs } from './add-job.js';
import type { NewJobOptions } from './new-job.js';

/** A finding, with what it shows while both jobs are scraped. */
export type PlannedFinding = Finding & Pick<Trace, 'overlap'>;

/** What migrate finds in a file, and the file after each phase. */
export interface FilePlan {
  readonly findings: readonly PlannedFinding[];
  readonly parallel: string;
  readonly remove: string;
  /** Line of the original file, from 1, of an offset in the file after the phase `remove`. */
  readonly lineOf: (offset: number) => number;
}

/** Plans one file: adds the new job, removes one entry after the other, renames jobs in queries. Pure. */
export function planFile(file: StackFile, facts: StackFacts, options: NewJobOptions): FilePlan {
  const plan = new PlanBuilder(file, facts);
  if (isJsonPath(file.path)) plan.json();
  else if (isYamlFile(file)) plan.yaml(options);
  return plan.result();
}

/** Collects the traces of a file, with offsets in its original text, while the text is edited. */
class PlanBuilder {
  readonly #file: StackFile;
  readonly #facts: StackFacts;
  readonly #edited: EditedText;
  readonly #traces: Trace[] = [];
  /** Ranges of the original text that the traces cover. */
  readonly #covered: { readonly start: number; readonly end: number }[] = [];
  #parallel: string;
  #unparsed = '';

  constructor(file: StackFile, facts: StackFacts) {
    this.#file = file;
    this.#facts = facts;
    this.#edited = new EditedText(file.text);
    this.#parallel = file.text;
  }

  json(): void {
    const traces = hasQueries(this.#file.text) ? jsonQueryTraces(this.#file.text, this.#facts) : [];
    if (traces === undefined && isDashboard(this.#file)) this.#unparsed = 'JSON';
    for (const trace of traces ?? []) this.#add(trace);
    this.#rename(traces ?? []);
  }

  yaml(options: NewJobOptions): void {
    const { path, text } = this.#file;
    const [isStructured, isQueried] = [hasEntries(text, this.#facts), hasQueries(text)];
    if (!isStructured && !isQueried) return;
    const source = yamlOf(this.#file);
    if (source === undefined) {
      this.#unparsed = 'YAML';
      return;
    }
    if (isStructured) this.#entries(source, options);
    if (!isQueried) return;
    const final = this.#current(source);
    const queries = final === undefined ? [] : yamlQueryTraces(path, final, this.#facts);
    for (const trace of queries) this.#add(trace);
    this.#rename(queries);
  }

  /** Adds the new job and removes the exporter's entries. */
  #entries(source: YamlSource, options: NewJobOptions): void {
    for (const trace of sideTraces(source, this.#facts)) this.#add(trace);
    const canAdd = !source.text.includes('job_name') || addJobs(this.#edited, this.#facts.hosts, options);
    this.#parallel = this.#edited.text;
    const facts = withKept(this.#facts, keptServices(source, this.#facts));
    for (const trace of this.#remove(source, facts, canAdd)) this.#add(trace);
  }

  result(): FilePlan {
    const { path, text } = this.#file;
    const kind = isDashboard(this.#file) ? 'dashboard' : fileKind(path);
    const mentions = mentionTraces(text, kind, this.#facts, this.#covered);
    const note = this.#unparsed === '' ? '' : `; the file does not parse as ${this.#unparsed}`;
    const noted = mentions.map((trace) => ({ ...trace, why: trace.why + (trace.action === 'by hand' ? note : '') }));
    if (note !== '' && !noted.some(({ action }) => action === 'by hand') && mayConcern(text)) {
      const why = `the file does not parse as ${this.#unparsed}; check whether it refers to the exporter`;
      noted.push({ kind, action: 'by hand', why, start: 0, end: 0 });
    }
    const line = lineNumbers(text);
    const findings = [...this.#traces, ...noted]
      .toSorted((a, b) => a.start - b.start)
      .map(({ start, kind: of, action, why, overlap }) => {
        return { file: path, line: line(start), kind: of, action, why, ...(overlap && { overlap }) };
      });
    const lineOf = (offset: number) => line(this.#edited.original(offset));
    return { findings, parallel: this.#parallel, remove: this.#edited.text, lineOf };
  }

  /** Removes one entry after the other, each from the text that the one before it left; returns the other traces. */
  #remove(original: YamlSource, facts: StackFacts, canAdd: boolean): readonly Trace[] {
    for (;;) {
      const source = this.#current(original);
      if (source === undefined) return [];
      const rest: Trace[] = [];
      let next: Trace | undefined;
      for (const trace of entryTraces(source, facts, canAdd)) {
        if (trace.action === 'remove') next = trace;
        if (next !== undefined) break;
        rest.push(trace);
      }
      if (next?.edits === undefined) return rest;
      this.#add(next);
      this.#edited.apply(next.edits);
    }
  }

  #current(original: YamlSource): YamlSource | undefined {
    return this.#edited.text === original.text ? original : parseYaml(this.#edited.text);
  }

  /** Adds a trace whose offsets are those of the current text. */
  #add(trace: Trace): void {
    const [start, end] = [this.#edited.original(trace.start), this.#edited.original(trace.end - 1) + 1];
    this.#traces.push({ ...trace, start, end });
    this.#covered.push({ start, end });
    if (trace.action !== 'remove') return;
    for (const edit of trace.edits ?? []) {
      this.#covered.push({ start: this.#edited.original(edit.start), end: this.#edited.original(edit.end) });
    }
  }

  #rename(traces: readonly Trace[]): void {
    this.#edited.apply(traces.flatMap(({ action, edits = [] }) => (action === 'replace' ? edits : [])));
  }
}

/** The facts of a file that keeps some services. */
function withKept(facts: StackFacts, kept: ReadonlyMap<string, string>): StackFacts {
  if (kept.size === 0) return facts;
  const services = new Set([...facts.services].filter((name) => !kept.has(name)));
  return { ...facts, services, staying: new Map([...facts.staying, ...kept]) };
}

/** Whether a text that does not parse looks like one that can refer to a target without naming it. */
function mayConcern(text: string): boolean {
  return /\bjob_name\b|\bscrape_configs\b|"expr"|^\s*(?:-\s+)?expr:/m.test(text);
}
