let warned = false;

/** Warns once if this process is a cluster worker: it exports only its own metrics, one of several. */
export async function warnInClusterWorker(): Promise<void> {
  if (warned) return;
  // Imported late, because some application servers do not support node:cluster.
  const { default: cluster } = await import('node:cluster');
  if (!cluster.isWorker || warned) return;
  warned = true;
  process.emitWarning(
    'gatewayz-metrics/instrument: this cluster worker exports only its own metrics. Export the aggregated metrics of all workers from the primary process (docs/instrument.md, "Cluster workers").',
    { code: 'GATEWAYZ_METRICS_CLUSTER_WORKER' },
  );
}
