/**
 * Faults between settings that are fine one by one. `given` has the options that somebody set and the names under which
 * they did; `values` what was read, without those that have faults of their own.
 */
export function crossFaults(given: ReadonlyMap<string, string>, values: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  const token = given.get('prometheusToken');
  const tokenFile = given.get('prometheusTokenFile');
  const username = given.get('prometheusUsername');
  const password = given.get('prometheusPassword');

  if (token !== undefined && tokenFile !== undefined) {
    faults.push(`${token}, ${tokenFile}: expected one of them, got both`);
  }
  const bearer = token ?? tokenFile;
  const basic = username ?? password;
  if (bearer !== undefined && basic !== undefined) {
    faults.push(`${bearer}, ${basic}: expected a token, or a user name and password, got both`);
  }
  if (username !== undefined && password === undefined) {
    faults.push(`${username}: expected a password with it (PROMETHEUS_PASSWORD or prometheusPassword), got none`);
  }
  if (password !== undefined && username === undefined) {
    faults.push(`${password}: expected a user name with it (PROMETHEUS_USERNAME or prometheusUsername), got none`);
  }
  const markerOff = 'metricsMarker' in values && values['metricsMarker'] === undefined;
  const selector = values['metricsSelector'];
  if (markerOff && Array.isArray(selector) && selector.length === 0) {
    const name = given.get('metricsMarker');
    faults.push(`${name}: expected a base selector while off (METRICS_SELECTOR or metricsSelector), got none`);
  }
  return faults;
}
