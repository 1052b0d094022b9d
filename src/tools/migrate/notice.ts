import { exporterJob, newJob } from './find/exporter.js';

/** Details of an announced removal. */
export interface NoticeOptions {
  /** ISO date of the removal, `2027-01-31`. */
  readonly date: string;
  /** Path of the scrape target. */
  readonly metricsPath: string;
}

/** Deprecation notice as Markdown. */
export function deprecationNotice({ date, metricsPath }: NoticeOptions): string {
  return `# health-service-exporter will be removed on ${date}

The health-service-exporter (port 8002, scrape job \`${exporterJob}\`) is deprecated and will be removed on **${date}**.
The backend now serves the same metrics itself, at \`${metricsPath}\`, scraped as the job \`${newJob}\`.

**What stays:** all 17 metrics keep their names and meanings. Panels and alerts without a job matcher keep working.

**What changes**

- The labels \`job\` and \`instance\` of these series. Queries with \`job="${exporterJob}"\` are rewritten in our repository;
  change yours to \`job="${newJob}"\`, or drop the matcher.
- Until ${date} both jobs are scraped: queries without a job matcher show each series twice, and sums count double.
- A value whose source fails disappears instead of staying frozen, and a failed response no longer shows as zeros. Alerts on
  \`== 0\` may also need \`absent()\`.

**What to do before ${date}**

1. Search for \`${exporterJob}\`, \`health-service-exporter\` and port 8002 in your dashboards, alerts, scripts and documents.
2. Change them as described above, and tell us if anything is missing.

After ${date} nothing listens on port 8002 and the job \`${exporterJob}\` has no new samples; its history stays in Prometheus
for as long as Prometheus keeps data.
`;
}

/** Whether a text is a valid calendar date such as `2027-01-31`. */
export function isCalendarDate(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
