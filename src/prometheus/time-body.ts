/** Tells `waited` how long, in milliseconds, each chunk was waited for: what its reader does meanwhile is not in it. */
export async function* timeBody(
  chunks: AsyncIterable<Buffer>,
  waited: (milliseconds: number) => void,
): AsyncGenerator<Buffer> {
  let since = performance.now();
  for await (const chunk of chunks) {
    waited(performance.now() - since);
    yield chunk;
    since = performance.now();
  }
  waited(performance.now() - since);
}
