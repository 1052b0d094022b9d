import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';

const program = fileURLToPath(new URL('./cluster-gateway.mjs', import.meta.url));
const run = runCommand(process.execPath, [program]);

test('gauges of cluster workers are merged by their meaning, counters and requests in progress are summed', async () => {
  const { code, stdout, output } = await run;
  expect(code, output).toBe(0);
  const values = Object.fromEntries(
    stdout.split('\n').flatMap((line) => (line.startsWith('#') || line === '' ? [] : [line.split(/ (?=\S+$)/)])),
  );
  expect(values).toMatchObject({
    'model_inference_requests_total{provider="p",model="m",status="success"}': '3',
    'model_inference_duration_seconds_count{provider="p",model="m"}': '3',
    'fastapi_requests_in_progress{app_name="gatewayz",method="GET",path="/open"}': '3',
    'provider_availability{provider="p"}': '1',
    'provider_availability{provider="q"}': '0',
    'provider_error_rate{provider="p"}': '0.01',
    'active_api_keys{status="active"}': '234',
    'trial_active{status="active"}': '14',
    'subscription_count{plan_type="pro",billing_cycle="monthly"}': '45',
    'cache_size_bytes{cache_name="auth"}': '200',
  });
});

test('a worker that exports its own metrics is warned once', async () => {
  const { output } = await run;
  expect(output.match(/GATEWAYZ_METRICS_CLUSTER_WORKER/g)).toHaveLength(1);
});
