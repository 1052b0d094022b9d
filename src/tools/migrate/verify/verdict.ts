import { z } from 'zod';
import { formatDuration } from '../../../duration.js';
import type { StateFolder } from '../stack/state-folder.js';

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
const verdictLifetime = 7 * 86_400_000;
/** Seconds of samples that a verdict must have compared: a day has every kind of hour. */
const shortestWindow = 86_400;

export async function saveVerdict(folder: StateFolder, verified: Verdict): Promise<void> {
  await folder.create();
  await folder.write('verdict.json', Buffer.from(`${JSON.stringify(verdict.parse(verified), undefined, 2)}\n`));
}

/** What the last verdict says about the removal: what it compared, or why it does not allow the removal. */
export type VerdictCheck = { readonly compared: string } | { readonly missing: string };

/** Checks the last verdict. @param now Epoch milliseconds. */
export async function checkVerdict(folder: StateFolder, now: number): Promise<VerdictCheck> {
  const bytes = await folder.read('verdict.json');
  const read = bytes === undefined ? undefined : verdict.safeParse(parse(bytes));
  if (read === undefined) return { missing: 'migrate verify was never run here' };
  if (!read.success) return { missing: `${folder.path}/verdict.json cannot be read` };
  const { ok, at, windowSeconds } = read.data;
  if (!ok) return { missing: `at ${at} it found that the new job cannot replace the old one` };
  const age = now - Date.parse(at);
  if (age > verdictLifetime || age < -60_000)
    return { missing: `its last result, of ${at}, is not from the last 7 days` };
  const compared = formatDuration(windowSeconds * 1000);
  if (windowSeconds < shortestWindow) return { missing: `it compared only ${compared}, and 24h are needed` };
  return {
    compared: `at ${at}, migrate verify compared ${compared} and found that the new job can replace the old one`,
  };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
