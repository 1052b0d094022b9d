import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EditedText } from '../../../src/tools/migrate/text/edited-text.js';

describe('an edited text', () => {
  it('knows where each of its unchanged characters was, after any edits', () => {
    const edit = fc.record({ at: fc.nat(40), length: fc.nat(5), insert: fc.constantFrom('', '+', '++') });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
        const original = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST';
        const edited = new EditedText(original);
        for (const { at, length, insert } of edits) {
          const start = Math.min(at, edited.text.length);
          edited.apply([{ start, end: Math.min(start + length, edited.text.length), insert }]);
        }
        for (const [offset, character] of [...edited.text].entries()) {
          if (character !== '+') expect(original[edited.original(offset)]).toBe(character);
        }
      }),
    );
  });
});
