import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, isExecutable } from '../../src/tools/demo/prometheus/find-program.js';
import {
  type ProvisionOptions,
  provisionDebianPackage,
} from '../../src/tools/demo/prometheus/provision-debian-package.js';
import { debianDependencies } from './debian-dependencies.js';

/** A Python 3. */
export interface Python {
  readonly program: string;
  /** What it needs beside the environment of this process. */
  readonly env: Readonly<Record<'PYTHONPATH', string> & Partial<Record<'PYTHONHOME' | 'LD_LIBRARY_PATH', string>>>;
}

/** The interpreter, its library, and what that links to beyond what every Debian system has. */
const parts = /^(?:(?:lib)?python3\.\d+-(?:minimal|stdlib)|lib(?:expat1|ffi\d|ssl\d)\w*)$/;

/**
 * The system's own Python 3, whose version modules from Debian packages are compiled for; another may come first on PATH.
 * On a Debian system without one, that of its packages, unpacked and not installed.
 */
export async function findPython(debian: boolean, options: ProvisionOptions = {}): Promise<Python> {
  const program = (await isExecutable('/usr/bin/python3')) ? '/usr/bin/python3' : await findProgram('python3');
  if (program !== undefined || !debian) return { program: program ?? 'python3', env: { PYTHONPATH: '' } };
  return unpackPython(options);
}

export async function unpackPython(options: ProvisionOptions = {}): Promise<Python> {
  const names = (await debianDependencies(['python3-minimal', 'libpython3-stdlib'])).filter((name) => parts.test(name));
  const folders = new Map(
    await Promise.all(names.map(async (name) => [name, await provisionDebianPackage(name, options)] as const)),
  );
  const minimal = names.find((name) => /^python3.*-minimal$/.test(name));
  const version = /^python(3\.\d+)-minimal$/.exec(minimal ?? '')?.[1];
  const folderOf = (name: string): string => {
    const folder = folders.get(name);
    if (folder === undefined) throw new Error(`python3-minimal needs no ${name}, but ${names.join(', ')}`);
    return folder;
  };
  const library = join(folderOf(`libpython${version}-stdlib`), 'usr/lib', `python${version}`);
  return {
    program: join(folderOf(`python${version}-minimal`), 'usr/bin', `python${version}`),
    env: {
      PYTHONHOME: join(folderOf(`libpython${version}-minimal`), 'usr'),
      PYTHONPATH: `${library}:${join(library, 'lib-dynload')}`,
      LD_LIBRARY_PATH: (await Promise.all([...folders.values()].map(sharedLibraries))).flat().join(':'),
    },
  };
}

async function sharedLibraries(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'usr/lib')).catch(() => []);
  return entries.filter((name) => name.endsWith('-linux-gnu')).map((name) => join(folder, 'usr/lib', name));
}

/** The environment of this process for a Python that also has these folders of modules. */
export function pythonEnvironment({ env }: Python, modules: readonly string[]): NodeJS.ProcessEnv {
  const PYTHONPATH = [...modules, env.PYTHONPATH].filter((path) => path !== '').join(':');
  return { ...process.env, ...env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' };
}
