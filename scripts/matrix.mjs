// npm run matrix [-- --node 20,24 --prometheus 2.42,3.5 --victoria-metrics 1.79 --all -- vitest argument…]
// Runs the test suite with other versions of Node.js, Prometheus and VictoriaMetrics, and prints a table for README.md. Needs Debian or
// Ubuntu; downloads what is missing into the cache folder, without root.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { debianProgram } from './matrix/debian-program.mjs';
import { nodeBinary } from './matrix/node-binary.mjs';
import { buildIfStale, installPackages, requireNode } from './prepare.mjs';
import { root, run } from './run.mjs';

const defaults = { node: '20,22,24,26', prometheus: '2.42,2.53,3.5', 'victoria-metrics': '1.79,1.145' };
const usage = `npm run matrix [-- options] [-- vitest arguments]
  --node LIST              versions of Node.js; default ${defaults.node}
  --prometheus LIST        versions of Prometheus; default ${defaults.prometheus}
  --victoria-metrics LIST  versions of VictoriaMetrics, one for each run in turn; default ${defaults['victoria-metrics']}
  --all                    every pair of Node.js and Prometheus; default: each version once`;

function readOptions() {
  const separator = process.argv.indexOf('--', 2);
  const own = separator < 0 ? process.argv.slice(2) : process.argv.slice(2, separator);
  const forVitest = separator < 0 ? [] : process.argv.slice(separator + 1);
  try {
    const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }]));
    const { values } = parseArgs({ args: own, options: { ...options, all: { type: 'boolean' } } });
    const list = (name) =>
      (values[name] ?? defaults[name]).split(',').filter((version) => /^\d+(\.\d+)*$/.test(version));
    const lists = Object.fromEntries(Object.keys(defaults).map((name) => [name, list(name)]));
    for (const [name, versions] of Object.entries(lists)) {
      if (versions.length === 0) throw new Error(`--${name}: expected a list of versions, got ${values[name]}`);
    }
    return { ...lists, all: values.all === true, forVitest };
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

/** Combinations to run: every pair, or each version at least once. */
function combinationsOf({ node, prometheus, 'victoria-metrics': victoriaMetrics, all }) {
  const pairs = all
    ? node.flatMap((one) => prometheus.map((other) => [one, other]))
    : Array.from({ length: Math.max(node.length, prometheus.length) }, (_, index) => [
        node[index % node.length],
        prometheus[index % prometheus.length],
      ]);
  return pairs.map(([one, other], index) => ({
    node: one,
    prometheus: other,
    victoriaMetrics: victoriaMetrics[index % victoriaMetrics.length],
  }));
}

async function runSuite({ node, prometheus, victoriaMetrics }, forVitest) {
  const folder = mkdtempSync(join(tmpdir(), 'gatewayz-metrics-matrix-'));
  const report = join(folder, 'report.json');
  const programs = {
    PROMETHEUS_BIN: await debianProgram('prometheus', prometheus, 'usr/bin/prometheus'),
    VICTORIA_METRICS_BIN: await debianProgram('victoria-metrics', victoriaMetrics, 'usr/bin/victoria-metrics'),
  };
  const binary = await nodeBinary(node);
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...forVitest];
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const code = await run(binary.path, [vitest, ...args], { ...programs, PATH: `${binary.folder}:${process.env.PATH}` });
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  rmSync(folder, { recursive: true });
  return { code, version: binary.version, passed: counts.numPassedTests ?? 0, failed: counts.numFailedTests ?? 0 };
}

requireNode();
const options = readOptions();
const prepared = (await installPackages()) || (await buildIfStale());
if (prepared !== 0) process.exit(prepared);

const rows = [];
for (const combination of combinationsOf(options)) {
  const { prometheus, victoriaMetrics } = combination;
  console.log(`\n== Node.js ${combination.node}, Prometheus ${prometheus}, VictoriaMetrics ${victoriaMetrics}`);
  const { code, version, passed, failed } = await runSuite(combination, options.forVitest);
  if (code > 128) process.exit(code);
  rows.push({ code, row: `| ${version} | ${prometheus} | ${victoriaMetrics} | ${passed} | ${failed} |` });
}
console.log('\n| Node.js | Prometheus | VictoriaMetrics | passed | failed |\n| --- | --- | --- | --- | --- |');
for (const { row } of rows) console.log(row);
process.exitCode = rows.some(({ code }) => code !== 0) ? 1 : 0;
