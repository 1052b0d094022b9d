import { isSeq } from 'yaml';
import type { Edit } from './edit.js';
import { blankRunAfter, blankRunBefore, indentAt, isComment, lineAt, lineStart, nextLine } from './lines.js';
import { ownCommentsStart } from './own-comments.js';
import { type Collection, type Entry, entriesOf, isFlow } from './yaml-entry.js';

/**
 * Edit that removes one entry of a collection, with its comments and with blank lines that would become double.
 * Undefined where the entry shares a line with something else.
 */
export function cutEntry(text: string, collection: Collection, index: number): Edit | undefined {
  const entries = entriesOf(text, collection);
  const entry = entries[index];
  if (entry === undefined) return undefined;
  const lines = ownLines(text, entry, collection);
  if (isFlow(collection)) return lines ?? cutBetween(text, entries, index);
  return lines && withBlankLines(text, lines, index === 0 && entries.length > 1);
}

/** Lines of an entry with its comments; undefined where it shares a line. */
function ownLines(text: string, { start, end }: Entry, collection: Collection): Edit | undefined {
  const rest = isFlow(collection) ? /^\s*,?\s*(?:#.*)?$/ : /^\s*(?:#.*)?$/;
  const first = lineStart(text, start);
  const after = nextLine(text, end);
  if (text.slice(first, start).trim() !== '' || !rest.test(text.slice(end, after).trimEnd())) return undefined;
  const indent = start - first;
  return {
    start: ownCommentsStart(text, first, indent, isSeq(collection)),
    end: behindDeeperComments(text, after, indent),
    insert: '',
  };
}

/** Offset after the following comments that are indented deeper than the entry, which belong to it. */
export function behindDeeperComments(text: string, after: number, indent: number): number {
  let end = after;
  for (let at = blankRunAfter(text, end); at < text.length; at = blankRunAfter(text, end)) {
    if (!isComment(lineAt(text, at)) || indentAt(text, at) <= indent) break;
    end = nextLine(text, at);
  }
  return end;
}

/** Keeps the shorter run of blank lines around the cut; none at the end of the text or below the key of the list. */
function withBlankLines(text: string, cut: Edit, isFirst: boolean): Edit {
  const before = blankRunBefore(text, cut.start);
  const after = blankRunAfter(text, cut.end);
  if (after === text.length) {
    const start = cut.end === text.length && !text.endsWith('\n') ? lineBreakBefore(text, before) : before;
    return { ...cut, start };
  }
  const lengthBefore = cut.start - before;
  const lengthAfter = after - cut.end;
  const hasHead = isFirst && before === cut.start && !isComment(lineAt(text, lineStart(text, Math.max(0, before - 1))));
  if (lengthBefore === 0) return hasHead ? { ...cut, end: after } : cut;
  if (lengthAfter === 0) return cut;
  return lengthAfter < lengthBefore ? { ...cut, start: before } : { ...cut, end: after };
}

/** Start of the line break before `start`, so that a text without a final line break keeps none. */
function lineBreakBefore(text: string, start: number): number {
  return start - (/\r?\n$/.exec(text.slice(Math.max(0, start - 2), start))?.[0].length ?? 0);
}

/** Removes an item of `[a, b, c]` with one of its commas. */
function cutBetween(text: string, entries: readonly Entry[], index: number): Edit | undefined {
  const { start, end } = entries[index]!;
  const next = entries[index + 1];
  const previous = entries[index - 1];
  const isSeparator = (from: number, to: number) => /^[ \t]*,[ \t]*$/.test(text.slice(from, to));
  if (next !== undefined && isSeparator(end, next.start)) return { start, end: next.start, insert: '' };
  if (next === undefined && previous !== undefined && isSeparator(previous.end, start)) {
    return { start: previous.end, end, insert: '' };
  }
  const comma = /^[ \t]*,[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
  if (comma === 0 && next !== undefined) return undefined;
  return { start, end: end + comma, insert: '' };
}
