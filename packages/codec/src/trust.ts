/**
 * What makes a payload worthy of running code.
 *
 * - `'untrusted'`: nothing does. Data is decoded; code and handles are refused. The default.
 * - `'trusted'`: the bytes came by a way that only the family holds (an inherited descriptor), or
 *   the caller says so in so many words. Nothing is signed or verified.
 * - `{ key }`: what holds code or handles is signed when encoded and revived only if the signature fits. The key is secret,
 *   at least 32 random bytes. In a session every message is signed and verified, because plain ones bring state, too.
 *
 * A signed one-shot payload can be presented again by whoever has seen it: where that matters, its use must be idempotent, or
 * a session is used, whose messages are bound to their channel, epoch and place.
 */
export type Trust = 'untrusted' | 'trusted' | { readonly key: Uint8Array };
