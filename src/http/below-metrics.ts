/** Whether a URL (path and query) is `<prefix>/metrics` or below it: what `Metrics.handle` answers with more than 404. */
export function belowMetrics(prefix: string): (url: string) => boolean {
  const base = `${prefix}/metrics`;
  return (url) => {
    if (!url.startsWith(base)) return false;
    const next = url[base.length];
    return next === undefined || next === '/' || next === '?';
  };
}
