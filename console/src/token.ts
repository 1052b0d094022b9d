/** The bearer token, in this tab only. */

const key = 'gatewayz-metrics-token';

// Storage can be switched off; the token then lasts until the page is left.
let token: string | undefined = read();

function read(): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function hasToken(): boolean {
  return token !== undefined;
}

export function authorization(): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

export function rememberToken(value: string): void {
  token = value;
  try {
    sessionStorage.setItem(key, value);
  } catch {}
}

export function forgetToken(): void {
  token = undefined;
  try {
    sessionStorage.removeItem(key);
  } catch {}
}
