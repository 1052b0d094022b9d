import type { CatalogueDefinition, CatalogueTable } from '../catalogue/definition.js';
import { bifrost } from './bifrost.js';
import { gatewayz } from './gatewayz/preset.js';
import { litellm } from './litellm.js';
import { otelGenai } from './otel-genai.js';
import type { Preset } from './preset.js';
import { sglang } from './sglang.js';
import { vllm } from './vllm.js';

/** Every built-in preset. */
export const presets: readonly Preset[] = [gatewayz, litellm, vllm, otelGenai, bifrost, sglang];

/**
 * The catalogue of the given presets: the union of their families; a field comes from the first preset that has it.
 *
 * @param healthService whether a Health Service is configured; it belongs to `gatewayz`
 */
export function presetCatalogue(chosen: readonly Preset[], healthService: boolean): CatalogueDefinition {
  const health = healthService ? chosen.flatMap((preset) => preset.healthService ?? []) : [];
  const exported = new Set<string>();
  const parts = chosen.map((preset) => {
    const fields = preset.fields.filter(({ section, field }) => !exported.has(`${section}.${field}`));
    for (const { section, field } of fields) exported.add(`${section}.${field}`);
    return { preset, fields };
  });
  return {
    presets: chosen.map(({ name }) => name),
    endpoints: firstBy(
      chosen.flatMap(({ endpoints }) => endpoints),
      ({ name }) => name,
    ),
    tables: union(parts.flatMap(({ preset, fields }) => tablesOf(preset, new Set(fields.map(({ row }) => row))))),
    fields: [...parts.flatMap(({ fields }) => fields), ...health.flatMap(({ fields }) => fields)],
    notExported: firstBy(
      chosen.flatMap(({ notExported }) => notExported),
      ({ section, field }) => `${section}.${field}`,
    )
      .filter(({ section, field }) => !exported.has(`${section}.${field}`))
      .map(({ section, field }) => ({ section, field, gateway: chosen.map(({ title }) => title).join(' or ') })),
    externalFamilies: health.flatMap(({ families }) => families),
    seriesLimits: chosen.flatMap(spelledLimits),
    rankings: Object.assign({}, ...chosen.map(({ rankings }) => rankings).reverse()),
    recordedBlocks: chosen.flatMap(({ recordedBlocks }) => recordedBlocks),
    console: chosen.find((preset) => preset.console !== undefined)?.console,
  };
}

/** The catalogue that the settings ask for. */
export function catalogueFor({
  metricsPreset,
  healthServiceUrl,
}: {
  readonly metricsPreset: readonly string[];
  readonly healthServiceUrl: string | undefined;
}): CatalogueDefinition {
  const chosen = metricsPreset.map((name) => presets.find((preset) => preset.name === name)!);
  return presetCatalogue(chosen, healthServiceUrl !== undefined);
}

/** The catalogue of GatewayZ with its Health Service. */
export const gatewayzCatalogue: CatalogueDefinition = presetCatalogue([gatewayz], true);

/** The presets whose gateways have metrics among these names. */
export function detectPresets(names: Iterable<string>): readonly Preset[] {
  const all = [...names];
  return presets.filter(({ signatures }) => all.some((name) => signatures.some((start) => name.startsWith(start))));
}

/** The tables of a preset, without rows of fields that an earlier preset fills. */
function tablesOf({ tables, spellings }: Preset, rows: ReadonlySet<string>): CatalogueTable[] {
  return tables.map((table) => ({
    ...table,
    ...(table.rows && { rows: table.rows.filter(({ id }) => rows.has(id)) }),
    ...(spellings && { spellings }),
  }));
}

/** Families that two presets have are those of the first. */
function union(tables: readonly CatalogueTable[]): CatalogueTable[] {
  const seen = new Map<string, CatalogueTable>();
  return tables.map((table) => ({
    ...table,
    families: (table.families ?? []).filter(({ endpoint, name }) => {
      const key = `${endpoint} ${name}`;
      const first = seen.get(key) ?? table;
      seen.set(key, first);
      return first === table;
    }),
  }));
}

/** The series limits of a preset, in every spelling. */
function spelledLimits({ seriesLimits, spellings }: Preset): CatalogueDefinition['seriesLimits'] {
  if (!spellings) return seriesLimits;
  return [spellings.prefix, ...spellings.others].flatMap((spelling) => {
    const spell = (text: string): string => text.replaceAll(spellings.prefix, spelling);
    return seriesLimits.map(({ labels, blocks, counts, perSelection, ranking }) => ({
      labels,
      blocks: blocks.map(spell),
      counts: Object.fromEntries(Object.entries(counts).map(([row, text]) => [row, spell(text)])),
      perSelection: spell(perSelection),
      ranking: spell(ranking),
    }));
  });
}

/** The first item for each key, in order. */
function firstBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map([...items].reverse().map((item) => [keyOf(item), item])).values()].reverse();
}
