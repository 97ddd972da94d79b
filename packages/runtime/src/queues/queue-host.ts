import { offer, type Ticket } from '../channel/broker.js';
import type { FrameChannel } from '../channel/frame-channel.js';
import { FRAME } from '../protocol/frames.js';
import { QUEUE_HEADER_BYTES, QUEUE_REPLY, QUEUE_REQUEST, queueFrame } from './queue-protocol.js';
import type { QueueItem, QueueServer, Withdraw } from './queue-server.js';

/** Makes a queue reachable for other processes. @returns The ticket with which any number of them can connect. */
export function hostQueue(server: QueueServer): Ticket {
  return offer({ accept: (channel) => serve(server, channel) });
}

function serve(server: QueueServer, channel: FrameChannel): void {
  const wishes = new Map<number, Withdraw>();
  /** Items that were sent and may not have arrived. */
  const underWay = new Map<number, QueueItem>();
  server.clients.add(channel);
  // A queue that nobody here waits for does not keep its process alive.
  channel.unref();

  const reply = (request: number, answer: number, item?: QueueItem) => {
    wishes.delete(request);
    channel.send(FRAME.reply, queueFrame(request, answer, item), item?.buffers, true);
  };
  const grantItem = (request: number, item: QueueItem) => {
    underWay.set(request, item);
    reply(request, QUEUE_REPLY.item, item);
  };
  const keep = (request: number, ask: () => Withdraw) => {
    // Registered first: the wish may be granted at once.
    wishes.set(request, () => {});
    const withdraw = ask();
    if (wishes.has(request)) wishes.set(request, withdraw);
  };

  channel.setHandler({
    onFrame: (kind, bytes, buffers) => {
      if (kind !== FRAME.request) return;
      const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const what = body.readUInt32LE(0);
      const request = body.readUInt32LE(4);
      switch (what) {
        case QUEUE_REQUEST.add:
          return void server.put({ body: body.subarray(QUEUE_HEADER_BYTES), buffers }, noop);
        case QUEUE_REQUEST.put: {
          const item = { body: body.subarray(QUEUE_HEADER_BYTES), buffers };
          return keep(request, () => server.put(item, () => reply(request, QUEUE_REPLY.done)));
        }
        case QUEUE_REQUEST.get:
          return keep(request, () => server.get((item) => grantItem(request, item)));
        case QUEUE_REQUEST.received:
          return void underWay.delete(request);
        case QUEUE_REQUEST.withdraw: {
          const withdraw = wishes.get(request);
          if (withdraw === undefined) return;
          withdraw();
          return reply(request, QUEUE_REPLY.withdrawn);
        }
        case QUEUE_REQUEST.size: {
          const size = Buffer.allocUnsafe(4);
          size.writeUInt32LE(server.size);
          return reply(request, QUEUE_REPLY.size, { body: size, buffers: [] });
        }
        case QUEUE_REQUEST.taskDone:
          return reply(request, server.taskDone() ? QUEUE_REPLY.done : QUEUE_REPLY.tooMany);
        case QUEUE_REQUEST.join:
          return keep(request, () => server.join(() => reply(request, QUEUE_REPLY.done)));
      }
    },
    onEnd: () => {
      server.clients.delete(channel);
      for (const withdraw of wishes.values()) withdraw();
      // What was sent to a process that died before it took it belongs to the next one.
      for (const item of [...underWay.values()].reverse()) server.putBack(item);
      channel.destroy();
    },
  });
}

function noop(): void {}
