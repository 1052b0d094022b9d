import type { DocsContext } from './render-docs.js';

const text = { schema: { type: 'string' } };
const error = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' } },
    },
  },
};

/** Describes the endpoints of one installation as OpenAPI 3.1. */
export function openApi(context: DocsContext & { readonly version: string }): object {
  const { base, routes, version } = context;
  return {
    openapi: '3.1.0',
    info: { title: 'gatewayz-metrics', version, summary: 'Metrics of an LLM gateway, from Prometheus.' },
    paths: Object.fromEntries(
      routes.map(({ path, kind, help }) => [base + path, { get: operation(path, kind, help, context) }]),
    ),
    components: {
      schemas: { Error: error },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'Where METRICS_TOKENS_FILE is set.' } },
    },
    security: [{}, { token: [] }],
  };
}

function operation(path: string, kind: string, help: string, context: DocsContext): object {
  const failure = (description: string): object => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  });
  return {
    operationId: path === '' ? 'scrape' : path.slice(1).replaceAll(/\W/g, '_'),
    summary: help,
    ...(kind === 'summary' && {
      parameters: [
        {
          name: 'values',
          in: 'query',
          description: 'number: numbers and null instead of strings and "N/A".',
          schema: { type: 'string', enum: ['number'] },
        },
      ],
    }),
    responses: {
      200: { description: help, content: contentOf(kind, context) },
      304: { description: 'Not modified, for If-None-Match.' },
      401: failure('No valid bearer token.'),
      403: failure('The token lacks the scope metrics.'),
      ...(kind !== 'docs' && kind !== 'openapi' && kind !== 'scrape' && { 503: failure('Nothing recent enough.') }),
    },
  };
}

function contentOf(kind: string, context: DocsContext): object {
  switch (kind) {
    case 'summary':
      return { 'application/json': { schema: summarySchema(context) } };
    case 'docs':
      return { 'text/markdown': text, 'text/html': text, 'application/json': { schema: { type: 'object' } } };
    case 'openapi':
      return { 'application/json': { schema: { type: 'object' } } };
    default:
      return { 'text/plain': text, 'application/openmetrics-text': text };
  }
}

function summarySchema({ catalogue }: DocsContext): object {
  const value = { type: ['string', 'number', 'null'] };
  const fields = [
    ...catalogue.fields.map(({ section, field, help, unit }) => ({
      section,
      field,
      schema: { ...value, description: unit === '' ? help : `${help} Unit: ${unit}.` },
    })),
    ...catalogue.notExported.map(({ section, field }) => ({ section, field, schema: value })),
  ];
  const sections = [...new Set(fields.map(({ section }) => section))];
  const mapOf = (schema: object): object => ({ type: 'object', additionalProperties: schema });
  return {
    type: 'object',
    required: ['timestamp', 'status', 'age_seconds', 'metrics', 'missing', 'reasons', 'stale'],
    properties: {
      timestamp: { type: 'string', format: 'date-time' },
      status: { type: 'string' },
      age_seconds: { type: 'number' },
      metrics: {
        type: 'object',
        properties: Object.fromEntries(
          sections.map((name) => [
            name,
            {
              type: 'object',
              properties: Object.fromEntries(
                fields.filter(({ section }) => section === name).map(({ field, schema }) => [field, schema]),
              ),
            },
          ]),
        ),
      },
      missing: mapOf({ type: 'string' }),
      reasons: mapOf({
        type: 'object',
        required: ['code', 'metrics'],
        properties: { code: { type: 'string' }, metrics: { type: 'array', items: { type: 'string' } } },
      }),
      stale: mapOf({ type: 'number' }),
    },
  };
}
