import { z } from 'zod';
import { refusedError } from '../refused-error.js';
import type { StateFolder } from '../stack/state-folder.js';

const digest = z.string().regex(/^[\da-f]{64}$/);
/** Relative to the root, with `/`, never outside of it. */
const path = z.string().refine((text) => !text.startsWith('/') && !text.split('/').includes('..'));

const step = z.object({
  id: z.string().regex(/^[\w-]+$/),
  phase: z.enum(['parallel', 'remove']),
  /** ISO timestamp of its start. */
  at: z.iso.datetime(),
  /** `started` until every change is made. */
  status: z.enum(['started', 'done']),
  files: z.array(z.object({ path, mode: z.int(), before: digest, after: digest })).readonly(),
  /** Moved into `folders/<id>-<index>`. */
  directories: z.array(path).readonly(),
});

/** An applied phase, with what is needed to revert it. */
export type Step = Readonly<z.infer<typeof step>>;

const file = z.object({ version: z.literal(1), steps: z.array(step) });

/** Applied steps, oldest first. */
export async function readSteps(folder: StateFolder): Promise<readonly Step[]> {
  const bytes = await folder.read('steps.json');
  if (bytes === undefined) return [];
  try {
    return file.parse(JSON.parse(bytes.toString('utf8'))).steps;
  } catch {
    throw refusedError(`${folder.path}/steps.json cannot be read: the journal of applied changes is damaged`);
  }
}

export async function writeSteps(folder: StateFolder, steps: readonly Step[]): Promise<void> {
  await folder.write('steps.json', Buffer.from(`${JSON.stringify({ version: 1, steps }, undefined, 2)}\n`));
}
