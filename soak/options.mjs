import { parseArgs } from 'node:util';

const usage = `npm run soak [-- --minutes N | --seconds N] [--rate N] [--seed N]
  --minutes N   duration; default 10
  --seconds N   duration of a short run
  --rate N      requests per second; default 200
  --seed N      makes requests and faults reproducible; default: random, and printed
  --load FILE   module to load into the service first, to check that the soak detects what it breaks`;

/** Parses the command line; prints the problem and exits with 2 where it is invalid. */
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
