import type { InputValidator } from './input-validator.js';

/** The properties of an Express request that Express assigns during routing. */
export interface RoutedRequest {
  baseUrl: string;
  params: object;
  route?: { readonly path?: unknown };
}

/**
 * Tracks which route handles a request. Returns a function that gives the route pattern including mount points, or
 * `undefined` if no route matched so far.
 *
 * Express exposes the pattern of a route but not of a mount point: inside `app.use('/orgs/:org', router)`, `baseUrl` is
 * `/orgs/acme`, and in an error handler it is that handler's. So assignments to `baseUrl` and `route` are intercepted: when
 * `baseUrl` grows, `params` belong to the mount point; when `route` is set, `baseUrl` belongs to the route. For a mount point
 * that is a RegExp without groups, only the limit on distinct paths applies.
 */
export function watchRoute(request: RoutedRequest, guard: InputValidator['guard']): () => string | undefined {
  let base = request.baseUrl;
  let pattern: string | undefined;
  const patterns = new Map([[base, mountPattern(base, request.params)]]);

  // Express restores the initial `baseUrl`, which is undefined.
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

/** Calls `changed` with every value assigned to the property. */
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

/** `/orgs/acme` with `{ org: 'acme' }` is `/orgs/:org`; if a value is not a whole segment, only the names remain. */
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
