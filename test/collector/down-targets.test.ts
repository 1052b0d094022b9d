import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { findDownTargets } from '../../src/collector/down-targets.js';
import type { SharedQueries } from '../../src/collector/shared-queries.js';
import { GatewayzMetricsError } from '../../src/errors.js';
import type { Vector } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { presetCatalogue } from '../../src/presets/presets.js';

const catalogue = createCatalogue(presetCatalogue([gatewayz], false), {
  selector: [{ label: 'env', op: '=', value: 'production' }],
  marker: undefined,
});

function up(job: string, instance: string, value: string): Vector[number] {
  return { labels: { job, instance }, value };
}

/** An upstream whose gateway series are of these jobs; `up` by PromQL. */
function upstream(
  jobs: readonly string[] | GatewayzMetricsError,
  answers: Readonly<Record<string, Vector>>,
): SharedQueries {
  return {
    query: async (promql) => ({ vector: answers[promql] ?? [], seconds: 0.1 }),
    forget: () => {},
    labelValues: async () =>
      jobs instanceof GatewayzMetricsError ? { values: [], seconds: 0.1, error: jobs } : { values: jobs, seconds: 0.1 },
  };
}

describe('downTargets', () => {
  test('are those of the jobs that the gateway’s series are of, and of the base selector', async () => {
    const questions = upstream(['gateway', 'gate.way'], {
      'up{job=~"gateway|gate\\\\.way",env="production"}': [up('gateway', 'a:1', '0'), up('gateway', 'b:1', '1')],
      'up{job=~"gateway|gate\\\\.way"}': [up('gateway', 'staging:1', '0')],
    });
    expect(await findDownTargets(catalogue, questions)).toEqual([{ job: 'gateway', instance: 'a:1' }]);
  });

  test('are told by the job alone where no target has the labels of the base selector', async () => {
    const questions = upstream(['gateway'], { 'up{job=~"gateway"}': [up('gateway', 'a:1', '0')] });
    expect(await findDownTargets(catalogue, questions)).toEqual([{ job: 'gateway', instance: 'a:1' }]);
  });

  test.each([['there are no series of the gateway', []] as const, ['the jobs are not told', refused()] as const])(
    'are all that are down where %s',
    async (_, jobs) => {
      const questions = upstream(jobs, { up: [up('other', 'x:1', '0'), up('gateway', 'a:1', '1')] });
      expect(await findDownTargets(catalogue, questions)).toEqual([{ job: 'other', instance: 'x:1' }]);
    },
  );

  test('are none where all are up', async () => {
    const questions = upstream(['gateway'], { 'up{job=~"gateway",env="production"}': [up('gateway', 'a:1', '1')] });
    expect(await findDownTargets(catalogue, questions)).toEqual([]);
  });
});

function refused(): GatewayzMetricsError {
  return new GatewayzMetricsError('upstream_rejected', 'no');
}
