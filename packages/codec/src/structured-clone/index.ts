export { structuredCloneCodec } from './codec.js';
