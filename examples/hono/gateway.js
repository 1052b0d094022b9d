import { setTimeout as wait } from 'node:timers/promises';

/** The models. The provider `mole` always fails, to show errors. */
export const models = new Map([
  ['parrot/small', { provider: 'parrot', milliseconds: 5, creditsPerToken: 0.01 }],
  ['parrot/large', { provider: 'parrot', milliseconds: 20, creditsPerToken: 0.05 }],
  ['mole/small', { provider: 'mole', milliseconds: 5, creditsPerToken: 0, fails: true }],
]);

/** Simulates a provider: streams the words back, one at a time. */
async function* streamFromProvider({ provider, milliseconds, fails }, words) {
  for (const word of words) {
    await wait(milliseconds);
    if (fails) throw Object.assign(new Error(`${provider} is unavailable`), { name: 'ProviderError', statusCode: 502 });
    yield `${word} `;
  }
}

/** Streams a completion as text or server-sent events. Records it when it ends, fails, or the client disconnects. */
async function* streamCompletion(metrics, { model, messages, stream }) {
  const client = models.get(model);
  const words = messages.flatMap(({ content }) => content.split(' '));
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const inference = { provider: client.provider, model, status: 'success', outputTokens: 0 };
  try {
    for await (const word of streamFromProvider(client, words)) {
      if (inference.firstChunkSeconds === undefined) {
        inference.firstChunkSeconds = elapsed();
        inference.inputTokens = words.length;
        yield '';
      }
      inference.outputTokens += 1;
      yield stream ? toEvent(model, word) : word;
    }
    if (stream) yield 'data: [DONE]\n\n';
  } catch (error) {
    inference.status = 'error';
    throw error;
  } finally {
    const credits = inference.outputTokens * client.creditsPerToken;
    metrics.recordInference({ ...inference, credits, seconds: elapsed() });
  }
}

function toEvent(model, content) {
  const chunk = { object: 'chat.completion.chunk', model, choices: [{ index: 0, delta: { content } }] };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/**
 * Resolves to the chunks once the provider has sent the first. Rejects if the request is invalid or the provider fails before
 * that, while an error status can still be sent.
 */
export async function complete(metrics, { model, messages, stream = false } = {}) {
  if (!Array.isArray(messages) || !messages.every((message) => typeof message?.content === 'string')) {
    throw Object.assign(new Error('messages: expected a list of { role, content }'), { statusCode: 400 });
  }
  if (!models.has(model)) throw Object.assign(new Error(`unknown model ${model}`), { statusCode: 404 });
  const chunks = streamCompletion(metrics, { model, messages, stream });
  await chunks.next();
  return chunks;
}

/** The whole completion as one document. */
export async function toDocument(model, chunks) {
  let content = '';
  for await (const chunk of chunks) content += chunk;
  const message = { role: 'assistant', content: content.trimEnd() };
  return { object: 'chat.completion', model, choices: [{ index: 0, message, finish_reason: 'stop' }] };
}
