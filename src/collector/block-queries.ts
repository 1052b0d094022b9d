import type { Catalogue } from '../catalogue/compile.js';
import { GatewayzMetricsError } from '../errors.js';
import type { QueryResult } from './query-result.js';
import type { Selection } from './series-limit.js';
import type { SharedQueries } from './shared-queries.js';

/** What decides how the blocks of one refresh are asked. */
export interface BlockContext {
  readonly catalogue: Catalogue;
  /** Selection of the series limit that a block is subject to; only those blocks wait for it. */
  readonly choiceOf: (block: string) => Promise<Selection> | undefined;
  /** Metrics that exist; undefined where the upstream would not tell. */
  readonly names: ReadonlySet<string> | undefined;
  readonly useRecorded: boolean;
}

const nothing: QueryResult = { vector: [], seconds: 0 };

/** Asks blocks: as they stand, for the pairs that are shown, or for what a rule has recorded of them. */
export class BlockQueries {
  /** By block that was asked: what was wrong, if anything was. */
  readonly errors = new Map<string, GatewayzMetricsError | undefined>();
  readonly #context: BlockContext;
  readonly #questions: SharedQueries;
  /** By block that can be capped: the text that was asked. */
  readonly #asked = new Map<string, string>();

  constructor(context: BlockContext, questions: SharedQueries) {
    this.#context = context;
    this.#questions = questions;
  }

  /** Whether there is anything that the block could read. */
  mayAnswer(block: string): boolean {
    return this.#isThere(block) || this.#recorded(block) !== undefined;
  }

  async ask(block: string): Promise<QueryResult> {
    const answer = (await this.#askRecorded(block)) ?? (await this.#askRaw(block));
    this.errors.set(block, answer.error);
    return answer;
  }

  /** Lets go of the answer to a block that can be capped: one row has it, and there is nothing larger in the process. */
  forget(block: string): void {
    const text = this.#asked.get(block);
    if (text !== undefined) this.#questions.forget(text);
  }

  /** Undefined where nothing is recorded: names are known for longer than there are values. */
  async #askRecorded(block: string): Promise<QueryResult | undefined> {
    const recorded = this.#recorded(block);
    const answer = recorded === undefined ? undefined : await this.#questions.query(recorded);
    return answer?.error || answer?.vector.length ? answer : undefined;
  }

  async #askRaw(block: string): Promise<QueryResult> {
    if (!this.#isThere(block)) return nothing;
    const choice = this.#context.choiceOf(block);
    if (!choice) return this.#questions.query(block);
    const selection = await choice;
    if (selection instanceof GatewayzMetricsError) return { ...nothing, error: selection };
    const text = selection ? selection.restrict(block) : block;
    // Nothing is selected.
    if (text === undefined) return nothing;
    this.#asked.set(block, text);
    return this.#questions.query(text, block);
  }

  #recorded(block: string): string | undefined {
    const { catalogue, names, useRecorded } = this.#context;
    const recorded = useRecorded ? catalogue.recorded.get(block) : undefined;
    return recorded && names?.has(recorded.record) ? recorded.promql : undefined;
  }

  #isThere(block: string): boolean {
    const { catalogue, names } = this.#context;
    return catalogue.blockMetrics.get(block)!.some((metric) => names?.has(metric) ?? true);
  }
}
