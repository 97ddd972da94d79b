import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import type { Socket } from 'node:net';

/** A debugger that says things to the inspector of another process, and does not listen (RFC 6455; Node 20 has no WebSocket). */
export class Debugger {
  readonly #socket: Socket;
  #nextId = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async attach(url: string): Promise<Debugger> {
    const request = get(url.replace('ws:', 'http:'), {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      },
    });
    const [, socket] = (await once(request, 'upgrade')) as [unknown, Socket];
    socket.on('error', () => {});
    socket.resume();
    return new Debugger(socket);
  }

  command(method: string): void {
    const text = Buffer.from(JSON.stringify({ id: this.#nextId++, method }));
    // One whole text message, masked with zeros, of less than 126 bytes.
    this.#socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
  }

  end(): void {
    this.#socket.destroy();
  }
}
