import { startChild } from './support/child.mjs';
import { get, replay, warmPool } from './support/get.mjs';
import { startRecordingProxy } from './support/recording-proxy.mjs';
import { median, spread } from './support/spread.mjs';

const connections = 4;
const target = 1.3;

/**
 * Time to the first response of a cold endpoint, against the time Prometheus takes for the same queries over warm connections; and
 * `/models` against `/federate` of its source series. Measured alternately.
 */
export async function cold({ row, gateways }) {
  const [small, large] = await Promise.all([gateways.small(), gateways.large()]);
  await Promise.all([small.filled(), large.filled()]);
  await measure(small, 15, row);
  await measure(large, 5, row);
  await againstFederate(large, 5, row);
}

async function measure(prometheus, rounds, row) {
  const { size } = prometheus;
  const proxy = await startRecordingProxy(prometheus.url);
  const options = { prometheusUrl: proxy.url, metricsMaxSeries: 100_000, metricsRefreshInterval: '1s' };
  const agent = warmPool(connections);
  try {
    for (const path of ['/summary', '/all']) {
      const child = await startChild(new URL('support/cold.mjs', import.meta.url), [JSON.stringify(options), path]);
      const measured = { ratios: [], fresh: [], ms: [] };
      for (let round = -1; round < rounds; round += 1) {
        proxy.exchanges.length = 0;
        const { [path]: ours } = await child.ask();
        // The process made two first requests: one with its thread running, one without.
        const queries = proxy.exchanges.slice(0, proxy.exchanges.length / 2);
        await replay(proxy.url, queries.slice(0, connections), agent);
        const theirs = await replay(proxy.url, queries, agent);
        if (round < 0) continue;
        measured.ratios.push(ours.ms / theirs);
        measured.fresh.push(ours.fresh / theirs);
        measured.ms.push(ours.ms);
      }
      await child.stop();
      row({
        what: `first \`${path}\`, ${size}, against Prometheus alone`,
        measured: spread(measured.ratios),
        target: `≤ ${target}`,
        met: median(measured.ratios) <= target,
        also: `${Math.round(median(measured.ms))} ms; including the start of the thread ${spread(measured.fresh)}`,
      });
    }
  } finally {
    agent.destroy();
    await proxy.stop();
  }
}

async function againstFederate({ url, size }, rounds, row) {
  const options = { prometheusUrl: url, metricsMaxSeries: 100_000 };
  const names =
    'model_inference_requests_total|model_inference_duration_seconds_.+|tokens_used_total|credits_used_total';
  const federate = `${url}/federate?match[]=${encodeURIComponent(`{__name__=~"${names}"}`)}`;
  const child = await startChild(new URL('support/cold.mjs', import.meta.url), [JSON.stringify(options), '/models']);
  const bytes = [];
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const { '/models': ours } = await child.ask();
    const theirs = await get(federate);
    bytes.push(ours.bytes / theirs.body.length);
    times.push(ours.ms / theirs.ms);
  }
  await child.stop();
  row({
    what: `first \`/models\`, ${size}, against \`/federate\` of the raw series: bytes`,
    measured: spread(bytes),
    target: '< 1',
    met: median(bytes) < 1,
    also: `time ${spread(times)}`,
  });
}
