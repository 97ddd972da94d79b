import { onFork } from '../platform/forking.js';

/** Something that sends messages without waiting for an answer to each. */
export interface FreeSender {
  /** Resolves when everything that was sent has arrived, or never will. */
  arrived(): Promise<unknown>;
}

const senders = new Set<FreeSender>();

// What the parent has sent is answered to the parent.
onFork({ afterFork: () => senders.clear() });

/** It has sent something of which it is not known whether it arrived. */
export function noteUnanswered(sender: FreeSender): void {
  senders.add(sender);
}

/** Everything that it sent has arrived. */
export function noteArrived(sender: FreeSender): void {
  senders.delete(sender);
}

/**
 * What must be awaited before anybody is told something that depends on what was sent without an answer: channels are not
 * ordered among each other, and an effect must not be seen before its cause.
 *
 * @param except - What is told goes the same way: there it is in order.
 * @returns `undefined` where there is nothing to wait for.
 */
export function whenArrived(except?: FreeSender): Promise<unknown> | undefined {
  if (senders.size === 0) return undefined;
  const others = [...senders].filter((sender) => sender !== except);
  return others.length === 0 ? undefined : Promise.all(others.map((sender) => sender.arrived()));
}
