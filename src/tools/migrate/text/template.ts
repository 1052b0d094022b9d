/** A shell or Compose placeholder, with one level of nesting: `${A:-${B}}`. */
const placeholder = /\$\{(?:[^{}\n]|\$\{[^{}\n]*\})*\}/;
/** Placeholders of template engines: Jinja, Go and ERB blocks, `@NAME@`, `%NAME%` and `${NAME}`. */
const constructs = new RegExp(
  `\\{\\{.*?\\}\\}|\\{%.*?%\\}|\\{#.*?#\\}|<%.*?%>|@\\w+@|%+\\w+%+|${placeholder.source}`,
  'gs',
);
const block = /(?:\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<%.*?%>)/;
/** A line of template blocks only. */
const directiveLine = new RegExp(`^[ \\t]*(?:${block.source}[ \\t]*)+\\r?$`, 'gm');

/**
 * Replaces template placeholders by text of the same length, so that the text parses as YAML with unchanged offsets. A
 * line of blocks becomes a comment, any other placeholder a word.
 */
export function neutralise(text: string): string {
  const fill = (character: string) => (found: string) => found.replace(/[^\s]/g, character);
  return text.replace(directiveLine, (line) => line.replace(/\S.*\S/, fill('#'))).replace(constructs, fill('x'));
}

/** Whether a text has a line of template blocks only. Such a line controls others, so it must not be removed with an entry. */
export function hasDirectiveLine(text: string): boolean {
  return new RegExp(directiveLine).test(text);
}
