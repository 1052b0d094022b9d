import { familyEndpoints } from '../catalogue/row.js';

/** One path below the prefix, for the router, the documentation and the tests. */
export interface Route {
  /** What follows `<prefix>/metrics`. */
  readonly path: string;
  /** The `endpoint` label of our own metrics. */
  readonly endpoint: string;
  readonly kind: 'summary' | 'exposition' | 'scrape' | 'docs';
  readonly help: string;
}

const about = {
  system: 'HTTP requests of the gateway.',
  providers: 'Health of the providers.',
  models: 'Performance and use by model and provider.',
  business: 'Customers and consumption.',
  performance: 'Latency quantiles and cache.',
} as const;

export const routes: readonly Route[] = [
  { path: '/summary', endpoint: 'summary', kind: 'summary', help: 'JSON for dashboard widgets.' },
  ...familyEndpoints.map(
    (endpoint): Route => ({ path: `/${endpoint}`, endpoint, kind: 'exposition', help: about[endpoint] }),
  ),
  { path: '/all', endpoint: 'all', kind: 'exposition', help: 'Every family, each once.' },
  { path: '/docs', endpoint: 'docs', kind: 'docs', help: 'This documentation, generated.' },
  {
    path: '',
    endpoint: 'scrape',
    kind: 'scrape',
    help: 'Scrape target: the Health Service families and our own metrics.',
  },
];
