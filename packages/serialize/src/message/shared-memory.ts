import { SERIALIZE_ERROR_CODES as CODES, SerializeError } from '@mp/codec';

// Shared memory is no bytes: a payload names it, and only the thread that wrote the payload knows the name.

const byKey = new Map<string, WeakRef<SharedArrayBuffer>>();
const keys = new WeakMap<SharedArrayBuffer, string>();
const forgotten = new FinalizationRegistry<string>((key) => byKey.delete(key));

/** Makes a shared buffer known in this thread, for as long as it is alive. */
export function shareMemory(buffer: SharedArrayBuffer): string {
  let key = keys.get(buffer);
  if (key === undefined) {
    // Not to be guessed: bytes from a stranger must not name the memory of others.
    key = globalThis.crypto.randomUUID();
    keys.set(buffer, key);
    byKey.set(key, new WeakRef(buffer));
    forgotten.register(buffer, key);
  }
  return key;
}

/** @throws SerializeError where the key was made elsewhere, or the buffer is gone. */
export function findSharedMemory(key: string): SharedArrayBuffer {
  const buffer = byKey.get(key)?.deref();
  if (buffer !== undefined) return buffer;
  throw new SerializeError(
    CODES.unsupported,
    'The payload refers to a SharedArrayBuffer of another process or thread, or to one that is gone.\nSend it over a channel that carries attachments, or use the shared memory of the runtime.',
  );
}
