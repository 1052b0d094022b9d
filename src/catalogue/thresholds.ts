/** Thresholds shared by derivations, PromQL, dashboards, alerts, help texts and the console. */

/** Error rate from which a provider is degraded; below it is healthy. */
export const degradedErrorRate = 0.05;

/** Error rate above which a provider is down; up to and including it is degraded. */
export const downErrorRate = 0.5;

/** Mean response time, in seconds, up to which the latency score is 1. */
export const fastResponseSeconds = 1;

/** Mean response time, in seconds, from which the latency score is 0. */
export const slowResponseSeconds = 30;
