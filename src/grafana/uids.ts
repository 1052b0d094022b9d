/** Names of the dashboards in URLs; links and alerts use them. */
export const uids = {
  overview: 'gatewayz-overview',
  http: 'gatewayz-http',
  providers: 'gatewayz-providers',
  models: 'gatewayz-models',
  business: 'gatewayz-business',
  healthService: 'gatewayz-health-service',
  thisService: 'gatewayz-this-service',
} as const;
