import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { hasDebianPackages, provisionDebianPackage } from '../../src/tools/demo/prometheus/provision-debian-package.js';
import { type PrometheusPrograms, provisionPrometheus } from '../../src/tools/demo/prometheus/provision-prometheus.js';
import { type Chromium, findChromium } from './find-chromium.js';
import { findPython, type Python } from './find-python.js';

declare module 'vitest' {
  interface ProvidedContext {
    prometheus: PrometheusPrograms;
    python: Python;
    chromium: Chromium;
    /** Folders of modules with prometheus_client; none where Python must know the package by itself. */
    pythonModules: readonly string[];
    /** Path of the victoria-metrics program, where the system has a package of it. */
    victoriaMetrics: string | undefined;
  }
}

/** Fetches, once for all test files, the programs that tests talk to. */
export default async function setup(project: TestProject): Promise<void> {
  const options = { onProgress: (line: string) => console.log(line) };
  project.provide('prometheus', await provisionPrometheus(options));
  project.provide('chromium', await findChromium(options));

  const debian = await hasDebianPackages();
  const unpacked = async (name: string, path: string) => join(await provisionDebianPackage(name, options), path);
  const modules = 'usr/lib/python3/dist-packages';
  project.provide('python', await findPython(debian, options));
  project.provide(
    'pythonModules',
    debian ? [await unpacked('python3-prometheus-client', modules), await unpacked('python3-decorator', modules)] : [],
  );
  const chosen = process.env['VICTORIA_METRICS_BIN'];
  if (chosen !== undefined || debian) project.provide('victoriaMetrics', chosen ?? (await victoriaMetrics(unpacked)));
}

/** Not every release has the package; tests that need it are left out there. */
async function victoriaMetrics(unpacked: (name: string, path: string) => Promise<string>): Promise<string | undefined> {
  try {
    return await unpacked('victoria-metrics', 'usr/bin/victoria-metrics');
  } catch (error) {
    console.warn(`tests with VictoriaMetrics are left out: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
