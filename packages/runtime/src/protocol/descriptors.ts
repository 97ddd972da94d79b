/** Where a spawned process finds its channel to its parent. */
export const CHANNEL_DESCRIPTOR = 3;
/** Where a spawned worker finds the file in which it records its progress. */
export const PROGRESS_DESCRIPTOR = 4;
