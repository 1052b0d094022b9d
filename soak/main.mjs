// npm run soak: runs the built service under load and faults. Exits with 0 only if every response kept its promise, the heap is flat and
// all descriptors are closed. Everything is on 127.0.0.1.
import { readOptions } from './options.mjs';
import { report } from './report.mjs';
import { runSoak } from './run-soak.mjs';

const options = readOptions(process.argv.slice(2));
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort());
const result = await runSoak(options, interrupted.signal);
report(result, options);
process.exit(result.failures.length === 0 ? 0 : 1);
