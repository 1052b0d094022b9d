// npm test [-- argument…]: lint, types and the test suite; arguments are passed to vitest. Every part runs even if one fails.
// The last line is "N passed, N failed": tests, and each other part that failed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale, installPackages, requireNode } from './prepare.mjs';
import { run } from './run.mjs';

requireNode();
const installed = await installPackages();
if (installed !== 0) process.exit(installed);

const folder = mkdtempSync(join(tmpdir(), 'gatewayz-metrics-test-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const parts = {
  build: buildIfStale,
  lint: () => run('biome', ['check']),
  types: async () =>
    (await run('tsc', ['-p', 'tsconfig.json', '--noEmit'])) || run('tsc', ['-p', 'console/tsconfig.json', '--noEmit']),
  tests: () => run('vitest', ['run', ...reporters, ...process.argv.slice(2)]),
};
const failures = [];
let code = 0;
for (const [part, start] of Object.entries(parts)) {
  const result = await start();
  if (result > 128) process.exit(result);
  if (result !== 0) failures.push(part);
  code ||= result;
}

const counts = count();
if (failures.length > 0) console.log(`failed: ${failures.join(', ')}`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = code;

function count() {
  const others = failures.filter((part) => part !== 'tests').length;
  let passed = 0;
  let failed = 0;
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    // A file that cannot be loaded, or whose hooks fail, fails without a failed test.
    const files = testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    );
    passed = numPassedTests;
    failed = numFailedTests + files.length;
  } catch {
    console.log('vitest ended without a report');
  }
  // Failures outside tests: an unhandled rejection, no test found.
  if (failures.includes('tests')) failed = Math.max(failed, 1);
  return { passed, failed: failed + others };
}
