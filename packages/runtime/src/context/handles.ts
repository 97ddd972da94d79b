import type { Reducer } from '@mp/codec';
import { exportReducer } from '../channel/exported.js';
import { connectionReducer } from '../channel/handover.js';
import type { Marshal } from '../channel/marshal.js';
import { serverReducer, socketReducer } from '../channel/sockets.js';
import { processReducer } from '../process/reducers.js';
import { queueReducer } from '../queues/reducers.js';
import {
  rawValueReducer,
  shareableListReducer,
  sharedMemoryReducer,
  sharedViewReducer,
  synchronizedReducer,
} from '../shared/reducers.js';
import { syncReducer } from '../sync/reducers.js';
import { contextReducer } from './travelling.js';

/** The reducers of everything that this package makes and that can be sent to another process. */
export function createHandles(marshal: () => Marshal): readonly Reducer[] {
  return [
    exportReducer,
    connectionReducer(marshal),
    queueReducer(marshal),
    contextReducer(marshal),
    processReducer,
    syncReducer,
    sharedMemoryReducer,
    sharedViewReducer,
    rawValueReducer,
    synchronizedReducer,
    shareableListReducer,
    socketReducer,
    serverReducer,
  ] as unknown as readonly Reducer[];
}
