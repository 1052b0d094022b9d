/** Throws "expected …, got …" unless `holds`. */
export function must(holds, expected, got) {
  if (!holds)
    throw new Error(`expected ${expected}, got ${typeof got === 'string' ? got.slice(0, 200) : JSON.stringify(got)}`);
}
