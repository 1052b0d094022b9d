import type { Intake } from './intake.js';

/** What is needed of an Express request. Express assigns these while it looks for the handler. */
export interface RoutedRequest {
  baseUrl: string;
  params: object;
  route?: { readonly path?: unknown };
}

/**
 * Follows Express to the route that handles a request; the function it returns gives the pattern, mount points included, or
 * `undefined` while no route was found.
 *
 * Express keeps the pattern of a route but not that of a mount point: inside `app.use('/orgs/:org', router)`, `baseUrl` is
 * `/orgs/acme`. And once an error handler answers, `baseUrl` is that of the error handler. So `baseUrl` and `route` are
 * watched: when `baseUrl` grows, `params` are those of the mount point, and when `route` is set, `baseUrl` is that of the
 * route. A mount point that is a RegExp without groups tells nothing: there the limit of distinct paths holds.
 */
export function watchRoute(request: RoutedRequest, guard: Intake['guard']): () => string | undefined {
  let base = request.baseUrl;
  let pattern: string | undefined;
  const patterns = new Map([[base, mountPattern(base, request.params)]]);

  // Express also sets `baseUrl` to what it was before the first router: undefined.
  const onBase = (next: string | undefined = '') => {
    if (next.length > base.length) {
      patterns.set(next, `${patterns.get(base) ?? ''}${mountPattern(next.slice(base.length), request.params)}`);
    }
    base = next;
  };
  const onRoute = (route: RoutedRequest['route']) => {
    const mount = patterns.get(base) ?? '';
    const path = routePath(route?.path);
    pattern = mount !== '' && path === '/' ? mount : `${mount}${path}`;
  };
  watch(request, 'baseUrl', guard('express', onBase));
  watch(request, 'route', guard('express', onRoute));
  return () => pattern;
}

/** Tells `changed` every value that the property is set to. */
function watch<Key extends keyof RoutedRequest>(
  request: RoutedRequest,
  key: Key,
  changed: (value: RoutedRequest[Key]) => void,
): void {
  let current = request[key];
  Object.defineProperty(request, key, {
    configurable: true,
    enumerable: true,
    get: () => current,
    set: (value: RoutedRequest[Key]) => {
      current = value;
      changed(value);
    },
  });
}

function routePath(path: unknown): string {
  return Array.isArray(path) ? path.map(routePath).join('|') : String(path);
}

/** `/orgs/acme` with `{ org: 'acme' }` is `/orgs/:org`; where a value is no segment of its own, only the names are left. */
function mountPattern(mount: string, params: object): string {
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(params)) {
    for (const segment of [value].flat().join('/').split('/')) if (segment !== '') names.set(segment, `:${name}`);
  }
  const found = new Set<string>();
  const segments = mount.split('/').map((segment) => {
    const name = names.get(decoded(segment));
    if (name !== undefined) found.add(name);
    return name ?? segment;
  });
  const expected = new Set(names.values());
  return found.size === expected.size ? segments.join('/') : `/${[...expected].join('/')}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
