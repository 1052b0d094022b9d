import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';

describe('the command line', () => {
  it('ends with 2 for a command that does not exist, and names those that do', async () => {
    const { code, stderr } = await runCli(['serv']);
    expect(code).toBe(2);
    expect(stderr).toContain("unknown command 'serv'");
  });

  it('ends with 2 for an option that does not exist', async () => {
    expect((await runCli(['serve', '--nonsense'])).code).toBe(2);
  });

  it('ends with 0 after --help and --version', async () => {
    expect((await runCli(['--help'])).code).toBe(0);
    const { code, stdout } = await runCli(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('docs prints the documentation for the settings in the environment', async () => {
    const { code, stdout } = await runCli(['docs'], { METRICS_PREFIX: '/gate', METRICS_SELECTOR: 'env="prod"' });
    expect(code).toBe(0);
    expect(stdout).toContain('| `/gate/metrics/summary` |');
    expect(stdout).toContain('sum(fastapi_requests_total{env="prod",reexported_by!="gatewayz-metrics"})');
  });
});

describe('serve with settings that cannot be used', () => {
  it('ends with 2 and tells all faults at once, with what was expected and what came, but no secret', async () => {
    const { code, stdout, stderr } = await runCli(['serve'], {
      PORT: 'eighty',
      METRICS_SELECTOR: 'env="production',
      METRICS_REFRESH_INTERVAL: '-3s',
      PROMETHEUS_TOKEN: 'canary-3f9a',
      PROMETHEUS_USERNAME: 'somebody',
    });
    expect(code).toBe(2);
    expect(stderr).toContain('PORT: expected');
    expect(stderr).toContain('"eighty"');
    expect(stderr).toMatch(/METRICS_SELECTOR: expected[\s\S]*\^/);
    expect(stderr).toContain('METRICS_REFRESH_INTERVAL: expected');
    expect(stderr).toContain('PROMETHEUS_USERNAME');
    expect(stderr + stdout).not.toContain('canary-3f9a');
    expect(stdout).toBe('');
  });
});
