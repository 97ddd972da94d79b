export { decodePayload } from './message/decode.js';
export { MessageEncoder } from './message/encode.js';
export { serializeCodec } from './serializer.js';
