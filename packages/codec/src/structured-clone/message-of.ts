/** What a thrown value says, whatever it is: even turning it into a string may throw. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'something that has no message';
  }
}
