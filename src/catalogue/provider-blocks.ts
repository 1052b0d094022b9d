import { blocks } from './blocks.js';

/** What the values of providers are derived from: one set for each function of `derive/providers.ts`. */

export const errorBlocks = { inferenceRate: blocks.inferenceRate, ownErrorRate: blocks.ownErrorRate };

export const stateBlocks = { ...errorBlocks, ownAvailability: blocks.ownAvailability };

export const responseBlocks = {
  ownResponse: blocks.ownResponse,
  ownResponseSumRate: blocks.ownResponseSumRate,
  ownResponseCountRate: blocks.ownResponseCountRate,
  inferenceDurationSumRate: blocks.inferenceDurationSumRate,
  inferenceDurationCountRate: blocks.inferenceDurationCountRate,
  responseDurationSumRate: blocks.responseDurationSumRate,
  responseDurationCountRate: blocks.responseDurationCountRate,
};
