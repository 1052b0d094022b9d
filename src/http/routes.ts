import type { EndpointDefinition } from '../catalogue/definition.js';

/** One path below the prefix, for the router, the documentation and the tests. */
export interface Route {
  /** What follows `<prefix>/metrics`. */
  readonly path: string;
  /** The `endpoint` label of our own metrics. */
  readonly endpoint: string;
  readonly kind: 'summary' | 'exposition' | 'scrape' | 'docs' | 'openapi';
  readonly help: string;
}

/** The routes below `<prefix>/metrics`: the fixed ones, and one per endpoint of the catalogue. */
export function createRoutes(endpoints: readonly EndpointDefinition[]): readonly Route[] {
  return [
    { path: '/summary', endpoint: 'summary', kind: 'summary', help: 'JSON for dashboard widgets.' },
    ...endpoints.map(({ name, help }): Route => ({ path: `/${name}`, endpoint: name, kind: 'exposition', help })),
    { path: '/all', endpoint: 'all', kind: 'exposition', help: 'Every family, each once.' },
    { path: '/docs', endpoint: 'docs', kind: 'docs', help: 'This documentation, as Markdown, HTML or JSON.' },
    { path: '/openapi.json', endpoint: 'openapi', kind: 'openapi', help: 'All endpoints as OpenAPI 3.1.' },
    {
      path: '',
      endpoint: 'scrape',
      kind: 'scrape',
      help: 'Scrape target: the Health Service families and our own metrics.',
    },
  ];
}
