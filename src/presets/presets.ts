import type { CatalogueDefinition } from '../catalogue/definition.js';
import { gatewayz } from './gatewayz/preset.js';
import type { Preset } from './preset.js';

/** Every built-in preset. */
export const presets: readonly Preset[] = [gatewayz];

/**
 * The catalogue of the given presets.
 *
 * @param healthService whether a Health Service is configured; it belongs to `gatewayz`
 */
export function presetCatalogue(chosen: readonly Preset[], healthService: boolean): CatalogueDefinition {
  const health = healthService ? chosen.flatMap((preset) => preset.healthService ?? []) : [];
  return {
    presets: chosen.map(({ name }) => name),
    endpoints: chosen.flatMap(({ endpoints }) => endpoints),
    tables: chosen.flatMap(({ tables }) => tables),
    fields: [...chosen.flatMap(({ fields }) => fields), ...health.flatMap(({ fields }) => fields)],
    externalFamilies: health.flatMap(({ families }) => families),
    seriesLimits: chosen.flatMap(({ seriesLimits }) => seriesLimits),
    rankings: Object.assign({}, ...chosen.map(({ rankings }) => rankings).reverse()),
    recordedBlocks: chosen.flatMap(({ recordedBlocks }) => recordedBlocks),
    console: chosen.find((preset) => preset.console !== undefined)?.console,
  };
}

/** The catalogue that the settings ask for. */
export function catalogueFor({
  healthServiceUrl,
}: {
  readonly healthServiceUrl: string | undefined;
}): CatalogueDefinition {
  return presetCatalogue(presets, healthServiceUrl !== undefined);
}

/** The catalogue of GatewayZ with its Health Service. */
export const gatewayzCatalogue: CatalogueDefinition = presetCatalogue([gatewayz], true);
