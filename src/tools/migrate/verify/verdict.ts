import { z } from 'zod';
import type { StateFolder } from '../apply/state-folder.js';

const verdict = z.object({
  /** Whether the new job can replace the old one. */
  ok: z.boolean(),
  /** ISO timestamp of the end of the window. */
  at: z.iso.datetime(),
  windowSeconds: z.number(),
  oldJob: z.string(),
  newJob: z.string(),
});

/** Result of the last `migrate verify`. */
export type Verdict = Readonly<z.infer<typeof verdict>>;

/** Milliseconds for which a verdict is valid. */
export const verdictLifetime = 7 * 86_400_000;

export async function saveVerdict(folder: StateFolder, verified: Verdict): Promise<void> {
  await folder.create();
  await folder.write('verdict.json', Buffer.from(`${JSON.stringify(verdict.parse(verified), undefined, 2)}\n`));
}

/** Why the last verdict does not allow the removal; undefined if it does. @param now Epoch milliseconds. */
export async function missingProof(folder: StateFolder, now: number): Promise<string | undefined> {
  const bytes = await folder.read('verdict.json');
  const read = bytes === undefined ? undefined : verdict.safeParse(parse(bytes));
  if (read === undefined) return 'migrate verify was never run here';
  if (!read.success) return `${folder.path}/verdict.json cannot be read`;
  const { ok, at } = read.data;
  if (!ok) return `at ${at} it found that the new job cannot replace the old one`;
  const age = now - Date.parse(at);
  return age > verdictLifetime || age < -60_000 ? `its last result, of ${at}, is not from the last 7 days` : undefined;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
