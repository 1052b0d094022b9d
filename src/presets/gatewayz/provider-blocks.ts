import { blocks } from './blocks.js';

/** Blocks of the provider derivations. */

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
