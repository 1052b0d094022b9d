import { parseArgs } from 'node:util';

const usage = `npm run soak [-- --minutes N | --seconds N] [--rate N] [--seed N]
  --minutes N   how long it goes on; default 10
  --seconds N   the same for a short run
  --rate N      requests per second; default 200
  --seed N      the same seed asks and breaks the same; default: a new one, which is told
  --load FILE   a module to load into the service before it starts, to see that the soak notices what it breaks`;

/** What the command line asks for; ends the process with 2, and says why, where that makes no sense. */
export function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: Object.fromEntries(
        ['minutes', 'seconds', 'rate', 'seed', 'load'].map((name) => [name, { type: 'string' }]),
      ),
    });
    const { minutes = '10', seconds = String(60 * Number(minutes)), rate = '200', load } = values;
    const { seed = String(Math.floor(Math.random() * 1e6)) } = values;
    const numbers = { seconds: Number(seconds), rate: Number(rate), seed: Number(seed) };
    for (const [name, value] of Object.entries(numbers)) {
      if (!(value > 0 && value < 2 ** 32)) throw new Error(`--${name}: expected a number above 0, got ${value}`);
    }
    return { ...numbers, load };
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}
