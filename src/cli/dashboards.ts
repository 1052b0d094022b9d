import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { readGrafanaOptions, withGrafanaOptions } from './grafana-options.js';

type Given = Parameters<typeof readGrafanaOptions>[0] & { readonly out: string };

export function dashboardsCommand(): Command {
  const command = new Command('dashboards')
    .description("Write Grafana's dashboards, and the files that provision them, its datasources and its alerts.")
    .requiredOption('--out <folder>', 'folder for dashboards/ and provisioning/; generated files in it are replaced');
  return withGrafanaOptions(command).action(async (given: Given) => {
    const { grafanaFiles } = await import('../tools/grafana/files.js');
    for (const [path, text] of grafanaFiles(readGrafanaOptions(given))) {
      const file = join(given.out, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      console.log(file);
    }
  });
}
