import { join } from 'node:path';
import { provisionDebianPackage } from '../../src/tools/demo/prometheus/provision-debian-package.js';
import { debianDependencies } from './debian-dependencies.js';
import { findPython, pythonEnvironment } from './find-python.js';

/** A Python with modules of Debian packages: the program, and the environment to start it with. */
export interface DebianPython {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Python with these packages of modules and all that they depend on, unpacked and not installed. */
export async function provisionDebianPython(...packages: readonly string[]): Promise<DebianPython> {
  const python = await findPython(true);
  const names = (await debianDependencies(packages)).filter((name) => name.startsWith('python3-'));
  const folders = await Promise.all(names.map((name) => provisionDebianPackage(name)));
  const modules = folders.map((folder) => join(folder, 'usr/lib/python3/dist-packages'));
  return { program: python.program, env: pythonEnvironment(python, modules) };
}
