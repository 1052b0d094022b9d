/** What template engines put between values: Jinja, Go and ERB blocks, `@NAME@` and `%NAME%`. */
const constructs = /\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<%.*?%>|@\w+@|%+\w+%+/gs;
/** A line that holds nothing but blocks. */
const directiveLine = /^[ \t]*(?:(?:\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<%.*?%>)[ \t]*)+\r?$/gm;

/**
 * The text with what template engines would replace replaced by harmless characters, so that it parses as YAML; every
 * offset stays. A line of blocks only becomes a comment, anything else a word.
 */
export function neutralise(text: string): string {
  const fill = (character: string) => (found: string) => found.replace(/[^\s]/g, character);
  return text.replace(directiveLine, (line) => line.replace(/\S.*\S/, fill('#'))).replace(constructs, fill('x'));
}

/** Whether text holds a line of template blocks only: such a line governs its neighbours, so nothing is cut around it. */
export function hasDirectiveLine(text: string): boolean {
  return new RegExp(directiveLine).test(text);
}
