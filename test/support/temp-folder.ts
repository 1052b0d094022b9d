import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Calls `use` with the path of an empty folder, which is removed with all its contents afterwards, come what may. */
export async function withTempFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await tempFolder();
  try {
    return await use(folder);
  } finally {
    await removeFolder(folder);
  }
}

/** A new empty folder, for the caller to remove. */
export function tempFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'gatewayz-metrics-'));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
