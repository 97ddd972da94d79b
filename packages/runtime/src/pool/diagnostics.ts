import { type Channel, channel } from 'node:diagnostics_channel';

/** Events on `node:diagnostics_channel`, for whoever watches. They cost nothing where nobody does. */
export const channels: { readonly worker: Channel } = {
  /** `mp.pool.worker`: a worker starts, is ready, reports an error outside of tasks, or is gone. */
  worker: channel('mp.pool.worker'),
};
