/**
 * Problems between settings that are valid on their own. `given` maps each option that was set to the name it was set by;
 * `values` holds the parsed values of the valid ones.
 */
export function findConflicts(given: ReadonlyMap<string, string>, values: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const token = given.get('prometheusToken');
  const tokenFile = given.get('prometheusTokenFile');
  const username = given.get('prometheusUsername');
  const password = given.get('prometheusPassword');

  if (token !== undefined && tokenFile !== undefined) {
    problems.push(`${token}, ${tokenFile}: expected one of them, got both`);
  }
  const bearer = token ?? tokenFile;
  const basic = username ?? password;
  if (bearer !== undefined && basic !== undefined) {
    problems.push(`${bearer}, ${basic}: expected a token, or a user name and password, got both`);
  }
  if (username !== undefined && password === undefined) {
    problems.push(`${username}: expected a password with it (PROMETHEUS_PASSWORD or prometheusPassword), got none`);
  }
  if (password !== undefined && username === undefined) {
    problems.push(`${password}: expected a user name with it (PROMETHEUS_USERNAME or prometheusUsername), got none`);
  }
  const markerOff = 'metricsMarker' in values && values['metricsMarker'] === undefined;
  const selector = values['metricsSelector'];
  if (markerOff && Array.isArray(selector) && selector.length === 0) {
    const name = given.get('metricsMarker');
    problems.push(`${name}: expected a base selector while off (METRICS_SELECTOR or metricsSelector), got none`);
  }
  return problems;
}
