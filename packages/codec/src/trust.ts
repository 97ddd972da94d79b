/**
 * What makes a payload worthy of running code.
 *
 * - `'untrusted'`: nothing does. Data is decoded; code and handles are refused. The default.
 * - `'trusted'`: the bytes came by a way that only the family holds (an inherited descriptor), or
 *   the caller says so in so many words. Nothing is signed or verified.
 * - `{ key }`: payloads that hold code or handles are signed when encoded and revived only if the
 *   signature fits. The key is secret, at least 32 random bytes.
 */
export type Trust = 'untrusted' | 'trusted' | { readonly key: Uint8Array };
