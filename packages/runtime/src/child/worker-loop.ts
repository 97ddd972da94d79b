import type { ChildChannel } from './boot.js';
export async function run(_child: ChildChannel): Promise<void> {}
