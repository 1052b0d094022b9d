const style =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}' +
  'table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid #8886;padding:.25rem .5rem;text-align:left;vertical-align:top}' +
  'pre{overflow-x:auto;padding:.5rem;background:#8882}code{font-family:ui-monospace,monospace}';

/** Renders the Markdown documentation as an HTML page without scripts. The Markdown must be escaped. */
export async function renderHtml(markdown: string): Promise<string> {
  const { marked } = await import('marked');
  const body = await marked.parse(markdown, { gfm: true });
  return `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>Metrics API</title>\n<style>${style}</style>\n</head>\n<body>\n${body}</body>\n</html>\n`;
}
