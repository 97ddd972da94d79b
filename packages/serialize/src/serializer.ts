import type { Codec } from '@mp/codec';
import { createSerializeCodec } from './codec.js';
import { NO_CODE } from './message/engine.js';

export const serializeCodec: Codec = createSerializeCodec(NO_CODE);
