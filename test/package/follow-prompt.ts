import { codeBlocks } from '../support/code-blocks.js';

export const prompt = codeBlocks('docs/agent-prompt.md');

/** A backend as the prompt finds it, by framework: what comes before its block of code, and what after. */
const samples = {
  Express: [
    "import express from 'express';\nconst app = express();\n",
    "app.get('/hello', (_request, response) => { record(); response.send('hello'); });\napp.listen(port, '127.0.0.1', started);\n",
  ],
  Fastify: [
    "import Fastify from 'fastify';\nconst app = Fastify();\n",
    "app.get('/hello', async () => { record(); return 'hello'; });\nawait app.listen({ port });\nstarted();\n",
  ],
  Hono: [
    "import { serve } from '@hono/node-server';\nimport { Hono } from 'hono';\nconst app = new Hono();\n",
    "app.get('/hello', (c) => { record(); return c.text('hello'); });\nserve({ fetch: app.fetch, hostname: '127.0.0.1', port }, started);\n",
  ],
} as const;
export const frameworks = Object.keys(samples) as (keyof typeof samples)[];

/** The backend after step 3 of the prompt, as a program that listens on PORT, says so, and records an inference per `/hello`. */
export function followPrompt(framework: keyof typeof samples): string {
  const block = prompt.find(({ language, after }) => language === 'js' && after.startsWith(framework));
  const record = prompt.find(({ text }) => text.startsWith('instruments.recordInference'));
  const [before, after] = samples[framework];
  const values = "const [provider, model, seconds, inputTokens, outputTokens] = ['p', 'p/m', 0.1, 3, 4];";
  return `${before}const port = Number(process.env.PORT);
${block?.text}
function started() { console.log('started'); }
function record() { ${values} ${record?.text} }
${after}`;
}
