import { z } from 'zod';
import { refusal } from './refusal.js';
import type { StateFolder } from './state-folder.js';

const digest = z.string().regex(/^[\da-f]{64}$/);
/** Relative to the root, with `/`, and not out of it. */
const path = z.string().refine((text) => !text.startsWith('/') && !text.split('/').includes('..'));

const step = z.object({
  id: z.string().regex(/^[\w-]+$/),
  phase: z.enum(['parallel', 'remove']),
  /** ISO time of its beginning. */
  at: z.iso.datetime(),
  /** `started` until every change is made: such a step can be finished or rolled back. */
  status: z.enum(['started', 'done']),
  files: z.array(z.object({ path, mode: z.int(), before: digest, after: digest })).readonly(),
  /** Moved as they are into `folders/<id>-<index>`. */
  directories: z.array(path).readonly(),
});

/** One phase that was applied, with all that takes it back. */
export type Step = Readonly<z.infer<typeof step>>;

const file = z.object({ version: z.literal(1), steps: z.array(step) });

/** The steps that were applied and not taken back, oldest first. */
export async function readSteps(folder: StateFolder): Promise<readonly Step[]> {
  const bytes = await folder.read('steps.json');
  if (bytes === undefined) return [];
  try {
    return file.parse(JSON.parse(bytes.toString('utf8'))).steps;
  } catch {
    throw refusal(`${folder.path}/steps.json cannot be read: the record of what was applied is damaged`);
  }
}

export async function writeSteps(folder: StateFolder, steps: readonly Step[]): Promise<void> {
  await folder.write('steps.json', Buffer.from(`${JSON.stringify({ version: 1, steps }, undefined, 2)}\n`));
}
