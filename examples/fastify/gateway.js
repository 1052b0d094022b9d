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
    if (fails) throw Object.assign(new Error(`${provider} does not answer`), { statusCode: 502 });
    yield `${word} `;
  }
}

/** An answer piece by piece, recorded when it ends: as it should, by an error, or because the client has left. */
async function* answer(metrics, model, messages) {
  const client = models.get(model);
  const words = messages.flatMap(({ content }) => content.split(' '));
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const inference = { provider: client.provider, model, status: 'success', inputTokens: words.length, outputTokens: 0 };
  try {
    for await (const piece of ask(client, words)) {
      if (inference.firstChunkSeconds === undefined) {
        inference.firstChunkSeconds = elapsed();
        yield '';
      }
      inference.outputTokens += 1;
      yield piece;
    }
  } catch (error) {
    inference.status = 'error';
    throw error;
  } finally {
    const credits = inference.outputTokens * client.creditsPerToken;
    metrics.recordInference({ ...inference, credits, seconds: elapsed() });
  }
}

/** The pieces of an answer. Rejects where the provider fails before the first: nothing has been sent then. */
export async function complete(metrics, { model, messages }) {
  if (!Array.isArray(messages)) throw Object.assign(new Error('messages: expected a list'), { statusCode: 400 });
  if (!models.has(model)) throw Object.assign(new Error(`there is no model ${model}`), { statusCode: 404 });
  const pieces = answer(metrics, model, messages);
  await pieces.next();
  return pieces;
}

/** The answer in one document. */
export async function toDocument(model, pieces) {
  let content = '';
  for await (const piece of pieces) content += piece;
  const message = { role: 'assistant', content: content.trimEnd() };
  return { object: 'chat.completion', model, choices: [{ index: 0, message, finish_reason: 'stop' }] };
}

/** The answer as server-sent events. */
export async function* toEvents(model, pieces) {
  for await (const content of pieces) {
    const chunk = { object: 'chat.completion.chunk', model, choices: [{ index: 0, delta: { content } }] };
    yield `data: ${JSON.stringify(chunk)}\n\n`;
  }
  yield 'data: [DONE]\n\n';
}
