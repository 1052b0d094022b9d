import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboardsCommand } from '../../../src/cli/dashboards.js';
import { rulesCommand } from '../../../src/cli/rules.js';
import { summaryFields } from '../../../src/presets/gatewayz/summary.js';
import { readDashboards } from '../../support/read-dashboards.js';

const text = readFileSync(new URL('../../../docs/grafana.md', import.meta.url), 'utf8');
const blockOf = (language: string): string => new RegExp(`\`\`\`${language}\n(.+?)\`\`\``, 's').exec(text)?.[1] ?? '';
const firstCells = (section: string): string[] =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));

describe('docs/grafana.md', () => {
  it('names every dashboard and no other', () => {
    const [introduction = ''] = text.split('## Your own stack');
    expect(firstCells(introduction).sort()).toEqual(
      readDashboards()
        .map(({ uid }) => uid)
        .sort(),
    );
  });

  it('names every option of both commands and no other', () => {
    const [, own = ''] = text.split('## Your own stack');
    const options = [dashboardsCommand(), rulesCommand()].flatMap(({ options }) =>
      options.map(({ long }) => long ?? ''),
    );
    expect(firstCells(own).sort()).toEqual([...new Set(options)].sort());
  });

  it('shows an Infinity datasource and a query of fields that the summary has', () => {
    const { datasources } = parse(blockOf('yaml')) as { datasources: { type: string; jsonData: object }[] };
    expect(datasources[0]).toMatchObject({
      type: 'yesoreyeram-infinity-datasource',
      jsonData: { auth_method: 'bearerToken' },
    });
    const query = JSON.parse(blockOf('json')) as { root_selector: string; columns: { selector: string }[] };
    const fields = summaryFields.map(({ section, field }) => `metrics.${section}.${field}`);
    for (const { selector } of query.columns) expect(fields).toContain(`${query.root_selector}.${selector}`);
  });
});
