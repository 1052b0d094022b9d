import type { Vector } from '../model.js';

/** Result vectors of a row's blocks, by local name; empty for a block whose metrics do not exist. */
export type BlockVectors<Name extends string = string> = { readonly [N in Name]: Vector };
