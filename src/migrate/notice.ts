import { exporterJob, newJob } from './exporter.js';

/** What is known of a removal that is to be announced. */
export interface NoticeOptions {
  /** ISO date of the removal, `2027-01-31`. */
  readonly date: string;
  /** Path of the scrape target. */
  readonly metricsPath: string;
}

/** The deprecation notice as Markdown, for a channel, a README or a release note. */
export function deprecationNotice({ date, metricsPath }: NoticeOptions): string {
  return `# health-service-exporter will be removed on ${date}

The health-service-exporter (port 8002, scrape job \`${exporterJob}\`) is deprecated and will be removed on **${date}**.
The backend now serves the same metrics itself, at \`${metricsPath}\`, scraped as the job \`${newJob}\`.

**What stays:** all 17 metrics keep their names and meanings. Panels and alerts that do not name a job go on working.

**What changes**

- The labels \`job\` and \`instance\` of these series. Queries with \`job="${exporterJob}"\` are rewritten in our repository;
  rewrite yours to \`job="${newJob}"\`, or leave the matcher out.
- Until ${date} both jobs are scraped: queries that name no job show each series twice, and sums count double.
- A value whose source fails goes away instead of staying frozen, and a failed answer is no longer shown as zeros. Alerts on
  \`== 0\` may need \`absent()\` beside them.

**What to do before ${date}**

1. Look for \`${exporterJob}\`, \`health-service-exporter\` and port 8002 in your dashboards, alerts, scripts and documents.
2. Change them as above, and tell us if something you need is missing.

After ${date} nothing listens on port 8002 and the job \`${exporterJob}\` has no new samples; its history stays in Prometheus
for as long as Prometheus keeps data.
`;
}

/** Whether a text is a day of the calendar, as `2027-01-31`. */
export function isCalendarDate(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
