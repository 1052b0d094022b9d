import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** Whether this system tells about the descriptors of other processes. */
export const tellsDescriptors = existsSync('/proc/self/fd');

/** How many descriptors a process has open: files, sockets and all. */
export async function openDescriptors(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}
