import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Puts an executable shell script called `name` into `folder`; returns its path. */
export async function fakeProgram(folder: string, name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}
