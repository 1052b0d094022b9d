import type { Preset } from '../preset.js';
import { businessFamilies } from './business.js';
import { consoleDefinition } from './console.js';
import { healthFamilies } from './health-families.js';
import { modelFamilies } from './models.js';
import { performanceFamilies } from './performance.js';
import { providerFamilies } from './providers.js';
import { pairLimit, rankings, recordedBlocks } from './series-limit.js';
import { healthFields, summaryFields, summaryRows } from './summary.js';
import { systemFamilies } from './system.js';

/** The GatewayZ backend; the only preset with a Health Service. */
export const gatewayz: Preset = {
  name: 'gatewayz',
  title: 'GatewayZ',
  signatures: ['fastapi_requests_', 'model_inference_', 'gatewayz_provider'],
  endpoints: [
    { name: 'system', help: 'HTTP requests of the gateway.' },
    { name: 'providers', help: 'Health of the providers.' },
    { name: 'models', help: 'Performance and usage by model and provider.' },
    { name: 'business', help: 'Customers and consumption.' },
    { name: 'performance', help: 'Latency quantiles and cache.' },
  ],
  tables: [
    { file: 'presets/gatewayz/system.ts', families: systemFamilies },
    { file: 'presets/gatewayz/providers.ts', families: providerFamilies },
    { file: 'presets/gatewayz/models.ts', families: modelFamilies },
    { file: 'presets/gatewayz/business.ts', families: businessFamilies },
    { file: 'presets/gatewayz/performance.ts', families: performanceFamilies },
    { file: 'presets/gatewayz/summary.ts', rows: summaryRows },
  ],
  fields: summaryFields,
  notExported: [],
  seriesLimits: [pairLimit],
  rankings,
  recordedBlocks,
  console: consoleDefinition,
  healthService: {
    families: healthFamilies.map(({ source: _, ...family }) => ({ ...family, row: family.name })),
    fields: healthFields,
  },
};
