import { isDeepStrictEqual } from 'node:util';
import { cutEntry } from './cut-entry.js';
import { applyEdits, type Edit } from './edit.js';
import { moveAnchors } from './move-anchors.js';
import { hasDirectiveLine } from './template.js';
import { type EntryPlace, valuesWithout } from './values-without.js';
import { type Collection, entriesOf, isFlow } from './yaml-entry.js';
import { parseYaml } from './yaml-source.js';

export type Removal = { readonly edits: readonly Edit[] } | { readonly refused: string };

/** Edits that remove an entry; the last one leaves `[]` or `{}`. The result is parsed and verified. */
export function removeEntry(place: EntryPlace): Removal {
  const { source, collection, index } = place;
  const { text } = source;
  const isLast = entriesOf(text, collection).length === 1;
  const edits = isLast ? emptyCollection(text, collection) : cutEntry(text, collection, index);
  if (edits === undefined) return { refused: 'it shares a line with something else' };
  return checked(place, [edits].flat());
}

/** The last key of a text, with anchor and tag, followed only by comments and blank lines. */
const keyLine = /(?:^|\n)[^\n]*?:(?:[ \t]+[&!]\S+)*(?=[ \t]*(?:#[^\n]*)?(?:\r?\n[ \t]*(?:#[^\n]*)?)*$)/;

/** Edits that empty a collection but keep its key and anchor. */
function emptyCollection(text: string, collection: Collection): readonly Edit[] | undefined {
  const empty = collection.srcToken?.type === 'block-seq' ? '[]' : '{}';
  const [start, end] = collection.range;
  if (isFlow(collection)) return [{ start: start + 1, end: end - 1, insert: '' }];
  const cut = cutEntry(text, collection, 0);
  const head = keyLine.exec(text.slice(0, cut?.start));
  if (cut === undefined || head === null) return undefined;
  const at = head.index + head[0].length;
  return [{ start: at, end: at, insert: ` ${empty}` }, cut];
}

function checked(place: EntryPlace, cuts: readonly Edit[]): Removal {
  const { source, document } = place;
  const { text } = source;
  const cut = cuts.reduce((widest, edit) => (edit.end - edit.start > widest.end - widest.start ? edit : widest));
  if (source.templated && hasDirectiveLine(text.slice(cut.start, cut.end))) {
    return { refused: 'it contains template directives' };
  }
  const node = source.documents[document]?.node;
  const moves = node && moveAnchors(text, node, cut);
  if (moves === undefined) return { refused: 'it defines an anchor that is used elsewhere' };

  const edits = [...cuts, ...moves];
  const after = parseYaml(applyEdits(text, edits))?.documents.map(({ value }) => value);
  const isExact = after !== undefined && isDeepStrictEqual(after, valuesWithout(place));
  return isExact ? { edits } : { refused: 'removing it would change more than this entry' };
}
