import { type JsonObject, objectOf, objectsIn } from './json-object.js';

/** Types of variables in the classic form, by kind. */
const variableTypes: Readonly<Record<string, string>> = {
  QueryVariable: 'query',
  CustomVariable: 'custom',
  ConstantVariable: 'constant',
  IntervalVariable: 'interval',
  TextVariable: 'textbox',
  DatasourceVariable: 'datasource',
  AdhocVariable: 'adhoc',
  GroupByVariable: 'groupby',
  SwitchVariable: 'switch',
  SnapshotVariable: 'snapshot',
};

/** Names of sort orders; the index is the number that the classic form has. */
const sortOrders = [
  'disabled',
  'alphabeticalAsc',
  'alphabeticalDesc',
  'numericalAsc',
  'numericalDesc',
  'alphabeticalCaseInsensitiveAsc',
  'alphabeticalCaseInsensitiveDesc',
  'naturalAsc',
  'naturalDesc',
];

/** The classic form of a dashboard in schema v2, as far as its queries are concerned. */
export function fromSchemaV2(spec: JsonObject): JsonObject {
  const elements = new Map(Object.entries(objectOf(spec['elements'])));
  const panels = panelsOf(objectOf(spec['layout']), elements);
  const { from, to } = objectOf(spec['timeSettings']);
  return {
    title: spec['title'],
    time: { from, to },
    panels,
    unplaced: [...elements.values()].map((element) => panelOf(element)),
    templating: { list: objectsIn(spec['variables']).map(variableOf) },
    annotations: { list: objectsIn(spec['annotations']).map(annotationOf) },
  };
}

/** Takes the elements that a layout shows out of `elements`: each panel once. */
function panelsOf({ spec }: JsonObject, elements: Map<string, unknown>): readonly JsonObject[] {
  const { items, rows, tabs } = objectOf(spec);
  return [...objectsIn(items), ...objectsIn(rows), ...objectsIn(tabs)].flatMap(({ spec: item }): JsonObject[] => {
    const { element, elements: inner, layout, title, repeat } = objectOf(item);
    const repeated = { repeat: objectOf(repeat)['value'] };
    if (element === undefined) {
      const nested = layout === undefined ? { spec: { items: inner } } : objectOf(layout);
      return [{ type: 'row', title, ...repeated, panels: panelsOf(nested, elements) }];
    }
    const name = String(objectOf(element)['name']);
    if (!elements.has(name)) return [];
    const panel = panelOf(elements.get(name));
    elements.delete(name);
    return [{ ...panel, ...repeated }];
  });
}

function panelOf(element: unknown): JsonObject {
  const spec = objectOf(objectOf(element)['spec']);
  const { id, title, libraryPanel } = spec;
  if (libraryPanel !== undefined) return { id, title, libraryPanel };
  const { kind, group } = objectOf(spec['vizConfig']);
  const data = objectOf(objectOf(spec['data'])['spec']);
  const targets = objectsIn(data['queries']).map(({ spec: query }) => {
    const { refId, hidden } = objectOf(query);
    return { ...queryOf(query), refId, hide: hidden, datasource: datasourceOf(query) };
  });
  return {
    ...objectOf(data['queryOptions']),
    id,
    title,
    type: kind === 'VizConfig' ? group : kind,
    targets,
    // Every query names its own.
    datasource: { uid: '-- Mixed --' },
  };
}

function queryOf(holder: unknown): JsonObject {
  return objectOf(objectOf(objectOf(holder)['query'])['spec']);
}

/** Beside the query in v2alpha1, within it since v2beta1. */
function datasourceOf(holder: unknown): JsonObject {
  const { query, datasource, group } = objectOf(holder);
  const { kind, group: plugin, datasource: own } = objectOf(query);
  const beside = objectOf(datasource);
  return {
    type: (kind === 'DataQuery' ? plugin : kind) ?? group ?? beside['type'],
    uid: objectOf(own)['name'] ?? beside['uid'] ?? beside['name'],
  };
}

function variableOf({ kind, spec }: JsonObject): JsonObject {
  const own = objectOf(spec);
  const type = variableTypes[String(kind)] ?? String(kind);
  const { __legacyStringValue: text, query, expr } = queryOf(own);
  return {
    ...own,
    type,
    datasource: datasourceOf(own),
    sort: Math.max(0, sortOrders.indexOf(String(own['sort']))),
    ...(type === 'query' && { query: text ?? query ?? expr ?? own['definition'] }),
    ...(type === 'datasource' && { query: own['pluginId'] }),
  };
}

function annotationOf({ spec }: JsonObject): JsonObject {
  const { name, enable, legacyOptions } = objectOf(spec);
  return { ...objectOf(legacyOptions), name, enable, datasource: datasourceOf(spec), target: queryOf(spec) };
}
