import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type CheckedDashboards,
  checkDashboards,
  type DashboardCheck,
} from '../../../../src/tools/check/dashboards/check-dashboards.js';
import type { PrometheusApi } from '../../../../src/tools/check/diagnose/prometheus-api.js';
import type { TargetReport } from '../../../../src/tools/check/report.js';
import { withTempFolder } from '../../../support/temp-folder.js';
import { checkedCatalogue } from '../installation.js';

/** Checks a folder with these files, by path: text as it is, anything else as JSON. */
export function checkFiles(
  prometheus: PrometheusApi,
  files: Readonly<Record<string, unknown>>,
  options: Partial<DashboardCheck> = {},
): Promise<CheckedDashboards> {
  return withTempFolder(async (folder) => {
    for (const [file, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
    }
    const scope = { selector: [], marker: undefined };
    return checkDashboards([folder], {
      prometheus,
      scope,
      catalogue: checkedCatalogue,
      strict: false,
      progress: () => {},
      ...options,
    });
  });
}

/** The queries of one dashboard. */
export async function checkOne(prometheus: PrometheusApi, dashboard: unknown): Promise<readonly TargetReport[]> {
  const { reports } = await checkFiles(prometheus, { 'one.json': dashboard });
  return reports.flatMap(({ targets }) => targets);
}

/** `panel refId result` of every query. */
export function outcomes(targets: readonly TargetReport[]): readonly string[] {
  return targets.map(({ panel, refId, result }) => [panel, refId, result].filter((part) => part !== '').join(' '));
}
