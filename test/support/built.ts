/** A file of the built package, by its path below `dist`: threads and child processes cannot run TypeScript. */
export function built(path: string): URL {
  return new URL(`../../dist/${path}`, import.meta.url);
}
