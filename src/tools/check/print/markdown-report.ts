import { code, escapeText, table } from '../../../docs/markdown.js';
import type { CheckReport, WatchReport } from '../report.js';
import { hours, percent } from '../watch/watch-record.js';
import { firstCauses, groupMissing, verdict } from './text-report.js';

/** The report as a document to keep. @param at epoch milliseconds of its end */
export function markdownReport(report: CheckReport, url: string, at: number): string {
  const { criteria, missing, dashboards, watch } = report;
  const sections = [
    `# Check of ${escapeText(url)}\n\n${escapeText(verdict(report))} (${new Date(at).toISOString()})\n`,
    `## Criteria\n\n${table(
      ['', 'point', 'value', 'budget', 'detail'],
      criteria.map(({ id, ok, value, budget, detail, level }) => [
        ok ? (level ?? 'pass') : '**fail**',
        code(id),
        escapeText(String(value ?? '')),
        escapeText(String(budget ?? '')),
        escapeText(detail),
      ]),
    )}`,
    ...(watch ? [watchSection(watch)] : []),
    missing.length === 0
      ? ''
      : `## Missing or wrong values\n\n${table(
          ['values', 'cause', 'line to change'],
          groupMissing(missing).map(({ fields, causes, fix }) => [
            fields.map(code).join(', '),
            firstCauses(causes).map(escapeText).join('; '),
            escapeText(fix),
          ]),
        )}`,
    ...dashboards.map(({ file, title, targets }) => {
      const rows = targets.map(({ panel, refId, expr, result, reason, fails }) => [
        fails ? `**${result}**` : result,
        escapeText([panel, refId].filter(Boolean).join(' / ')),
        code(expr),
        escapeText(reason ?? ''),
      ]);
      return `## Dashboard ${escapeText(title || file)}\n\n${code(file)}\n\n${table(['', 'query of', 'PromQL', 'reason'], rows)}`;
    }),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function watchSection({ from, to, seconds, probes, availability, freshness, gaps, worst }: WatchReport): string {
  const overview = `From ${from} to ${to}: ${hours(seconds)}, ${probes} probes, ${percent(availability)} available, ${percent(freshness)} fresh.\n`;
  const gapTable = table(
    ['what', 'from', 'to', 'length', 'reason'],
    gaps.map((gap) => [gap.what, gap.from, gap.to, hours(gap.seconds), escapeText(gap.reason)]),
  );
  const times = table(
    ['endpoint', 'worst handling (ms)', 'worst client (ms)'],
    Object.entries(worst).map(([endpoint, { handling, client }]) => [
      code(endpoint),
      String(handling ?? 'unknown'),
      String(client),
    ]),
  );
  return `## Watch\n\n${overview}\n${gaps.length === 0 ? 'No gap.\n' : gapTable}\n${times}`;
}
