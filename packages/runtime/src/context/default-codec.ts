// The only file that knows which codec is the default.
import type { Codec } from '@mp/codec';
import { serializeCodec } from '@mp/serialize';

/** The codec of every context for which no other was chosen. */
export const defaultCodec: Codec = serializeCodec;
