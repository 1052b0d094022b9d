// node scripts/bootstrap.mjs <program> [argument…]
// Makes a clean clone ready (npm packages, build), then runs the program. Needs nothing but Node.js and npm.
import { buildIfStale, installPackages, requireNode } from './prepare.mjs';
import { run } from './run.mjs';

requireNode();
const [program, ...args] = process.argv.slice(2);
process.exitCode =
  (await installPackages()) || (await buildIfStale()) || (program === undefined ? 0 : await run(program, args));
