import { applyEdits, type Edit } from './edit.js';

/** A text under edit that maps its offsets back to the text before all edits. */
export class EditedText {
  #text: string;
  /** Runs of unchanged text, in order: where each starts now and where it started before. */
  #runs: readonly Run[];

  constructor(text: string) {
    this.#text = text;
    this.#runs = [{ now: 0, before: 0, length: text.length + 1 }];
  }

  get text(): string {
    return this.#text;
  }

  /** Applies edits whose offsets are those of the current text. */
  apply(edits: readonly Edit[]): void {
    const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
    this.#text = applyEdits(this.#text, sorted);
    let shift = 0;
    let from = 0;
    const runs: Run[] = [];
    for (const { start, end, insert } of sorted) {
      runs.push(...this.#cut(from, start, shift));
      shift += insert.length - (end - start);
      from = end;
    }
    this.#runs = [...runs, ...this.#cut(from, Number.POSITIVE_INFINITY, shift)];
  }

  /** The offset before all edits; for inserted text, that of the unchanged text before it. */
  original(offset: number): number {
    const run = this.#runs.findLast(({ now }) => now <= offset) ?? this.#runs[0]!;
    return run.before + Math.min(Math.max(0, offset - run.now), run.length);
  }

  /** The parts of the runs between two current offsets, moved by a shift. */
  #cut(from: number, to: number, shift: number): readonly Run[] {
    return this.#runs.flatMap(({ now, before, length }) => {
      const start = Math.max(now, from);
      const end = Math.min(now + length, to);
      return end > start ? [{ now: start + shift, before: before + start - now, length: end - start }] : [];
    });
  }
}

interface Run {
  readonly now: number;
  readonly before: number;
  readonly length: number;
}
