import { expect, test } from 'vitest';
import { healthEndpoints, healthFamilies } from '../../../src/presets/gatewayz/health-families.js';

test('the families have the names, types and labels that dashboards know from the exporter', () => {
  const lines = healthFamilies.map(({ name, type, labels }) => `${name}{${labels}} ${type}`);
  expect(lines).toEqual([
    'gatewayz_health_service_up{} gauge',
    'gatewayz_health_monitoring_active{} gauge',
    'gatewayz_availability_monitoring_active{} gauge',
    'gatewayz_health_check_interval_seconds{} gauge',
    'gatewayz_health_tracked_models{} gauge',
    'gatewayz_health_tracked_providers{} gauge',
    'gatewayz_health_tracked_gateways{} gauge',
    'gatewayz_availability_cache_size{} gauge',
    'gatewayz_health_total_models{} gauge',
    'gatewayz_health_total_providers{} gauge',
    'gatewayz_health_total_gateways{} gauge',
    'gatewayz_health_tracked_models_count{} gauge',
    'gatewayz_health_active_incidents{} gauge',
    'gatewayz_health_status_distribution{status} gauge',
    'gatewayz_health_cache_available{cache_type} gauge',
    'gatewayz_health_service_scrape_errors_total{} counter',
    'gatewayz_health_service_last_successful_scrape{} gauge',
  ]);
});

test('each family can be written in both formats: unit a suffix of the name, _total on counters only, help on one line', () => {
  for (const { name, type, unit, help } of healthFamilies) {
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(name.endsWith(unit === '' ? '' : `_${unit}`), name).toBe(true);
    expect(help, name).toMatch(/^[A-Z].{20,}\.$/);
  }
  expect(healthFamilies.filter(({ unit }) => unit !== '').map(({ name }) => name)).toEqual([
    'gatewayz_health_check_interval_seconds',
  ]);
});

test('every endpoint that is polled fills a family, and no two families read the same field', () => {
  const sources = healthFamilies.map(({ source }) => source);
  expect(new Set(sources.flatMap((source) => ('endpoint' in source ? [source.endpoint] : [])))).toEqual(
    new Set(healthEndpoints),
  );
  const fields = sources.flatMap((source) => ('field' in source ? [`${source.endpoint} ${source.field}`] : []));
  expect(new Set(fields).size).toBe(fields.length);
});
