import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { hasDebianPackages, provisionDebianPackage } from '../../src/demo/provision-debian-package.js';
import { type PrometheusPrograms, provisionPrometheus } from '../../src/demo/provision-prometheus.js';

declare module 'vitest' {
  interface ProvidedContext {
    prometheus: PrometheusPrograms;
    /** PYTHONPATH with prometheus_client; empty where Python must know the package by itself. */
    pythonPath: string;
    /** Path of the victoria-metrics program, where the system has a package of it. */
    victoriaMetrics?: string;
  }
}

/** Fetches, once for all test files, the programs that tests talk to. */
export default async function setup(project: TestProject): Promise<void> {
  const options = { onProgress: (line: string) => console.log(line) };
  project.provide('prometheus', await provisionPrometheus(options));

  const debian = await hasDebianPackages();
  const unpacked = async (name: string, path: string) => join(await provisionDebianPackage(name, options), path);
  const modules = 'usr/lib/python3/dist-packages';
  project.provide(
    'pythonPath',
    debian
      ? `${await unpacked('python3-prometheus-client', modules)}:${await unpacked('python3-decorator', modules)}`
      : '',
  );
  if (debian) {
    // Not every release has it; its tests say then that they were left out.
    const victoriaMetrics = unpacked('victoria-metrics', 'usr/bin/victoria-metrics');
    project.provide(
      'victoriaMetrics',
      await victoriaMetrics.catch((error: Error) => options.onProgress(error.message)),
    );
  }
}
