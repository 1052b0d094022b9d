import { setTimeout as wait } from 'node:timers/promises';

/** What is on offer. The provider `mole` always fails, so that errors can be seen too. */
export const models = new Map([
  ['parrot/small', { provider: 'parrot', milliseconds: 5, creditsPerToken: 0.01 }],
  ['parrot/large', { provider: 'parrot', milliseconds: 20, creditsPerToken: 0.05 }],
  ['mole/small', { provider: 'mole', milliseconds: 5, creditsPerToken: 0, fails: true }],
]);

/** Stands in for the client of a provider: says the words again, one at a time. */
async function* ask({ provider, milliseconds, fails }, words) {
  for (const word of words) {
    await wait(milliseconds);
    if (fails)
      throw Object.assign(new Error(`${provider} does not answer`), { name: 'ProviderError', statusCode: 502 });
    yield `${word} `;
  }
}

/**
 * An answer piece by piece: text, or server-sent events. Recorded when it ends: as it should, by an error, or because the
 * client has left.
 */
async function* answer(metrics, { model, messages, stream }) {
  const client = models.get(model);
  const words = messages.flatMap(({ content }) => content.split(' '));
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const inference = { provider: client.provider, model, status: 'success', outputTokens: 0 };
  try {
    for await (const word of ask(client, words)) {
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
 * The pieces to send; the provider has begun to speak. Rejects where the request is wrong or the provider fails
 * before it says anything: an error can be answered then.
 */
export async function complete(metrics, { model, messages, stream = false } = {}) {
  if (!Array.isArray(messages) || !messages.every((message) => typeof message?.content === 'string')) {
    throw Object.assign(new Error('messages: expected a list of { role, content }'), { statusCode: 400 });
  }
  if (!models.has(model)) throw Object.assign(new Error(`there is no model ${model}`), { statusCode: 404 });
  const pieces = answer(metrics, { model, messages, stream });
  await pieces.next();
  return pieces;
}

/** All of an answer in one document. */
export async function toDocument(model, pieces) {
  let content = '';
  for await (const piece of pieces) content += piece;
  const message = { role: 'assistant', content: content.trimEnd() };
  return { object: 'chat.completion', model, choices: [{ index: 0, message, finish_reason: 'stop' }] };
}
