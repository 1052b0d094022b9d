import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a bench script in a child process. The script sends one message when it is ready and exits when its channel closes.
 *
 * @param {URL} script
 * @param {readonly string[]} args
 * @returns {Promise<{ ready: any, ask: (message?: string) => Promise<any>, stop: () => Promise<void> }>} `ready` is
 *   the first message; `ask` sends a message and resolves to the next one.
 */
export async function startChild(script, args = []) {
  const child = fork(script, args);
  const ended = once(child, 'exit');
  const died = ended.then(([code]) => Promise.reject(new Error(`${script} ended with ${code}`)));
  died.catch(() => {});
  const next = async () => (await Promise.race([once(child, 'message'), died]))[0];
  const ready = await next();
  return {
    ready,
    async ask(message = 'ask') {
      const answer = next();
      child.send(message);
      return answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
