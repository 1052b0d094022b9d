import type { Catalogue } from '../catalogue/compile.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Answer } from './answer.js';
import type { Questions } from './questions.js';
import type { Pairs } from './series-cap.js';

/** What decides how the blocks of one refresh are asked. */
export interface BlockContext {
  readonly catalogue: Catalogue;
  /** Blocks whose answers grow with the pairs of model and provider. */
  readonly capped: ReadonlySet<string>;
  readonly pairs: Pairs;
  /** Metrics that exist; undefined where the upstream would not tell. */
  readonly names: ReadonlySet<string> | undefined;
  readonly useRecorded: boolean;
}

/** Asks blocks: as they stand, for the pairs that are shown, or for what a rule has recorded of them. */
export class BlockQuestions {
  /** By block that was asked: what was wrong, if anything was. */
  readonly errors = new Map<string, GatewayzMetricsError | undefined>();
  readonly #context: BlockContext;
  readonly #questions: Questions;

  constructor(context: BlockContext, questions: Questions) {
    this.#context = context;
    this.#questions = questions;
  }

  /** Whether there is anything that the block could read. */
  mayAnswer(block: string): boolean {
    return this.#isThere(block) || this.#recorded(block) !== undefined;
  }

  async ask(block: string): Promise<Answer> {
    const answer = (await this.#askRecorded(block)) ?? (await this.#askRaw(block));
    this.errors.set(block, answer.error);
    return answer;
  }

  /** Lets go of the answer to a block that can be capped: one row has it, and there is nothing larger in the process. */
  forget(block: string): void {
    const text = this.#context.capped.has(block) ? this.#textOf(block) : undefined;
    if (text !== undefined) this.#questions.forget(text);
  }

  /** Undefined where nothing is recorded: names are known for longer than there are values. */
  async #askRecorded(block: string): Promise<Answer | undefined> {
    const recorded = this.#recorded(block);
    const answer = recorded === undefined ? undefined : await this.#questions.query(recorded);
    return answer?.error || answer?.vector.length ? answer : undefined;
  }

  async #askRaw(block: string): Promise<Answer> {
    const { capped, pairs } = this.#context;
    if (capped.has(block) && pairs instanceof GatewayzMetricsError) return { vector: [], seconds: 0, error: pairs };
    const text = this.#isThere(block) ? this.#textOf(block) : undefined;
    return text === undefined ? { vector: [], seconds: 0 } : this.#questions.query(text, block);
  }

  /** Undefined where no pair is shown. */
  #textOf(block: string): string | undefined {
    const { capped, pairs } = this.#context;
    return pairs && !(pairs instanceof GatewayzMetricsError) && capped.has(block) ? pairs.restrict(block) : block;
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
