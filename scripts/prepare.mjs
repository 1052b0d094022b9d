import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/** Exits if Node.js is older than package.json requires. */
export function requireNode() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node;
  const [major, minor] = wanted.replace('>=', '').split('.').map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split('.').map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  console.error(`Node.js ${wanted} is required; this is ${process.version} (${process.execPath}).`);
  process.exit(1);
}

/** Installs the npm packages if they are missing or older than package-lock.json. Resolves to an exit code. */
export async function installPackages() {
  const installed = modified(join(root, 'node_modules', '.package-lock.json'));
  const hasDevelopmentPackages = existsSync(join(root, 'node_modules', 'typescript'));
  if (hasDevelopmentPackages && installed >= modified(join(root, 'package-lock.json'))) return 0;
  console.log('Installing npm packages: npm ci');
  return run('npm', ['ci', '--include=dev']);
}

/** Builds dist if it is missing or older than its sources. Resolves to an exit code. */
export async function buildIfStale() {
  const sources = ['src', 'console', 'tsconfig.json', 'tsconfig.build.json'].flatMap((name) => times(join(root, name)));
  const built = times(join(root, 'dist'));
  if (built.length > 0 && Math.min(...built) >= Math.max(...sources)) return 0;
  console.log('Building: npm run build');
  return run('npm', ['run', '--silent', 'build']);
}

/** Modification times of a file, or of a folder and its contents; the folder's own changes when a file is removed. */
function times(path) {
  if (!existsSync(path)) return [];
  const inside = statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => times(join(path, name))) : [];
  return [modified(path), ...inside];
}

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
