import fc from 'fast-check';

/**
 * The seed of all that fast-check draws, a whole number. It is fixed, so that a run judges the change
 * at hand and not its luck; another one in the environment, as FLUX_IMAGE_SEED, explores.
 */
const seed = Number(process.env.FLUX_IMAGE_SEED ?? 1);
if (!Number.isSafeInteger(seed)) throw new Error('FLUX_IMAGE_SEED must be a whole number');

fc.configureGlobal({ seed });
