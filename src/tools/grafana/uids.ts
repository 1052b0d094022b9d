/** Dashboard uids, for links and alerts. */
export const uids = {
  overview: 'gatewayz-overview',
  http: 'gatewayz-http',
  providers: 'gatewayz-providers',
  models: 'gatewayz-models',
  business: 'gatewayz-business',
  healthService: 'gatewayz-health-service',
  thisService: 'gatewayz-this-service',
  families: 'gatewayz-families',
} as const;
