import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/** Ends the process where Node is older than package.json asks for. */
export function requireNode() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node;
  const [major, minor] = wanted.replace('>=', '').split('.').map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split('.').map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  console.error(`Node.js ${wanted} is needed; this is ${process.version} (${process.execPath}).`);
  process.exit(1);
}

/** Installs the npm packages where they are missing or older than package-lock.json. Resolves to an exit code. */
export async function installPackages() {
  const installed = modified(join(root, 'node_modules', '.package-lock.json'));
  const hasDevelopmentPackages = existsSync(join(root, 'node_modules', 'typescript'));
  if (hasDevelopmentPackages && installed >= modified(join(root, 'package-lock.json'))) return 0;
  console.log('Installing npm packages: npm ci');
  return run('npm', ['ci', '--include=dev']);
}

/** Builds dist where it is missing or older than what it is made from. Resolves to an exit code. */
export async function buildIfStale() {
  const sources = ['src', 'tsconfig.json', 'tsconfig.build.json'].flatMap((name) => times(join(root, name)));
  const built = times(join(root, 'dist'));
  if (built.length > 0 && Math.min(...built) >= Math.max(...sources)) return 0;
  console.log('Building: npm run build');
  return run('npm', ['run', '--silent', 'build']);
}

/** Change times of a file or of a folder and all that is in it; a folder's own tells of removed files. */
function times(path) {
  if (!existsSync(path)) return [];
  const inside = statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => times(join(path, name))) : [];
  return [modified(path), ...inside];
}

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}
