import { TIME_CLASSES } from '@9volt/contracts';

/** First byte of a chunk of tallies. */
export const VERSION = 1;
/** A phase that no check had. */
export const NO_PHASE = 255;
/** Classes of time but `ok`, which is what remains. */
export const OTHERS = TIME_CLASSES.length - 1;
