import { AsyncLocalStorage } from 'node:async_hooks';
import { type ChildProcess, fork } from 'node:child_process';
import { createHash, createPublicKey, createSecretKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { createReadStream, Dirent, readdirSync, Stats, statfsSync, statSync } from 'node:fs';
import { createServer, IncomingMessage, OutgoingMessage } from 'node:http';
import { BlockList, Socket, SocketAddress } from 'node:net';
import { Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { inspect } from 'node:util';
import { Script } from 'node:vm';
import { createGzip } from 'node:zlib';
import { SerializeError } from '@mp/codec';
import { clone, deserialize, deserializeAsync, serialize, serializeAsync } from '@mp/serialize';

// What Node itself makes: it arrives as what it was, or is refused in words that say what it is. Never as a plain object.

/** What a member shows of itself. */
const shown: Record<string, readonly [make: () => object, show: (value: never) => unknown]> = {
  'fs.Stats': [
    () => statSync('.'),
    (s: Stats) => [s instanceof Stats, s.isDirectory(), s.mtime.getTime(), s.atime, s.size],
  ],
  'fs.BigIntStats': [
    () => statSync('.', { bigint: true }),
    (s: Stats) => [s.isDirectory(), s.mtime, s.size, inspect(s)],
  ],
  'fs.StatFs': [() => statfsSync('.'), (s: ReturnType<typeof statfsSync>) => [s.type, s.blocks, s.constructor.name]],
  'fs.Dirent': [
    () => readdirSync('.', { withFileTypes: true }).find(({ name }) => name === 'package.json')!,
    (d: Dirent) => [d instanceof Dirent, d.isFile(), d.isDirectory(), d.name],
  ],
  'a secret key': [() => createSecretKey(Buffer.from('secret')), (k: ReturnType<typeof createSecretKey>) => k.export()],
  'a private key': [
    () => generateKeyPairSync('ed25519').privateKey,
    (k: ReturnType<typeof createSecretKey>) => [
      k.type,
      k.asymmetricKeyType,
      k.export({ format: 'der', type: 'pkcs8' }),
    ],
  ],
  'a public key': [
    () => createPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    (k: ReturnType<typeof createSecretKey>) => [
      k.type,
      k.asymmetricKeyDetails,
      k.export({ format: 'der', type: 'spki' }),
    ],
  ],
  BlockList: [
    () => {
      const list = new BlockList();
      list.addAddress('123.123.123.123');
      list.addRange('10.0.0.1', '10.0.0.10');
      list.addSubnet('8592:757c:efae:4e45::', 64, 'ipv6');
      return list;
    },
    (l: BlockList) => [l.rules, l.check('10.0.0.7'), l.check('10.0.0.70'), l.check('8592:757c:efae:4e45::1', 'ipv6')],
  ],
  SocketAddress: [
    () => new SocketAddress({ address: '::1', family: 'ipv6', port: 80, flowlabel: 7 }),
    (a: SocketAddress) => [a instanceof SocketAddress, a.address, a.family, a.port, a.flowlabel],
  ],
  'a StringDecoder in the middle of a character': [
    () => {
      const decoder = new StringDecoder('utf8');
      decoder.write(Buffer.from([0xe2, 0x82]));
      return decoder;
    },
    (d: StringDecoder) => [d instanceof StringDecoder, d.write(Buffer.from([0xac])), d.end()],
  ],
  FormData: [
    () => {
      const form = new FormData();
      form.append('a', '1');
      form.append('b', '2');
      form.append('a', '3');
      return form;
    },
    (f: FormData) => [f instanceof FormData, [...f]],
  ],
};

let child: ChildProcess;
beforeAll(() => {
  child = fork(new URL('../test/fixtures/echo.mjs', import.meta.url), { execArgv: ['--no-warnings'] });
});
afterAll(() => {
  child.disconnect();
});

/** What another process makes of a value, by a function that runs there. */
async function elsewhere(act: (value: never) => unknown, value: unknown): Promise<unknown> {
  child.send(Buffer.from(serialize({ act, value })).toString('base64'));
  const [answer] = (await once(child, 'message')) as [string];
  return deserialize(Buffer.from(answer, 'base64'), { trustCode: true });
}

describe('an object of the host arrives as what it was', () => {
  test.each(Object.entries(shown))('%s', (_name, [make, show]) => {
    const value = make();
    const copy = deserialize(serialize(value)) as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(value));
    // The one that arrived is asked first: a decoder's state changes as it is shown.
    expect(show(copy as never)).toEqual(show(value as never));
  });

  test('in another process, too', async () => {
    expect(await elsewhere((s: Stats) => [s.isDirectory(), s.mtime.getTime()], statSync('.'))).toEqual([
      true,
      statSync('.').mtime.getTime(),
    ]);
    expect(await elsewhere((k: { export(): Buffer }) => k.export(), createSecretKey(Buffer.from('ab')))).toEqual(
      Buffer.from('ab'),
    );
  });

  test('a certificate', () => {
    const { pem } = selfSigned();
    const value = new X509Certificate(pem);
    const copy = deserialize(serialize(value)) as X509Certificate;
    expect([copy instanceof X509Certificate, copy.fingerprint256, copy.subject]).toEqual([
      true,
      value.fingerprint256,
      value.subject,
    ]);
  });

  test('a form with a file, once its bytes were read', async () => {
    const form = new FormData();
    form.append('file', new Blob(['hello'], { type: 'text/plain' }), 'a.txt');
    expect(() => serialize(form)).toThrow(/File, whose bytes cannot be read at once/);
    const file = ((await deserializeAsync(await serializeAsync(form))) as FormData).get('file') as File;
    expect([await file.text(), file.name, file.type]).toEqual(['hello', 'a.txt', 'text/plain']);
  });

  test('a channel of diagnostics is the one of its name', () => {
    const idle = channel('mp.test.idle');
    const heard = channel('mp.test.heard');
    const listen = (): void => {};
    heard.subscribe(listen);
    expect(clone([idle, heard])).toEqual([idle, heard]);
    expect((clone([idle, heard]) as unknown[])[1]).toBe(heard);
    heard.unsubscribe(listen);
  });

  test('with what a user added to it, and frozen as it was', () => {
    const key = Object.freeze(Object.assign(createSecretKey(Buffer.from('k')), { note: 'mine' }));
    const copy = deserialize(serialize(key)) as typeof key;
    expect([copy.note, Object.isFrozen(copy), copy.equals(key)]).toEqual(['mine', true, true]);
  });

  test('a promise, without what was stored for the code that made it', async () => {
    const storage = new AsyncLocalStorage<object>();
    const socket = new Socket();
    const promise = storage.run({ secret: 'of the request', socket }, () => Promise.resolve(7));
    const bytes = serialize({ promise });
    expect(Buffer.from(bytes).includes('of the request')).toBe(false);
    expect(await (deserialize(bytes) as { promise: unknown }).promise).toBe(7);
  });

  test('an object of a class of one’s own that has the same name is none', () => {
    class Stats {
      readonly mean = 3;
    }
    class Dirent {
      readonly name = 'a';
    }
    const copies = clone([new Stats(), new Dirent()]) as [Stats, Dirent];
    expect([copies[0].mean, copies[0].constructor.name, copies[1].name]).toEqual([3, 'Stats', 'a']);
  });

  const { rawJSON } = JSON as unknown as { rawJSON?: (text: string) => object };
  (rawJSON === undefined ? test.skip : test)('raw JSON', () => {
    expect(JSON.stringify(clone({ a: rawJSON!('1.000000000000000001') }))).toBe('{"a":1.000000000000000001}');
  });
});

/** A certificate that nobody trusts. Node cannot make one, so it is one of Node's own roots. */
function selfSigned(): { readonly pem: string } {
  const tls = process.getBuiltinModule('node:tls');
  return { pem: tls.rootCertificates[0]! };
}

describe('what belongs to this process is refused at its own place, as what it is', () => {
  class Counter extends Transform {
    count = 0;
  }
  const closed: (() => void)[] = [];
  afterAll(() => {
    for (const close of closed) close();
  });
  const later = <T extends object>(value: T, close: () => unknown): T => {
    closed.push(() => void close());
    return value;
  };
  const refused: Record<string, readonly [make: () => object, words: RegExp]> = {
    'process.stdout': [() => process.stdout, /stream|socket/],
    'Readable.from': [() => Readable.from([1]), /it is a stream \(Readable\)\.\nSend what it yields, or its path/],
    Writable: [() => new Writable(), /it is a stream \(Writable\)/],
    Duplex: [() => new Duplex(), /it is a stream \(Duplex\)/],
    PassThrough: [() => new PassThrough(), /it is a stream \(PassThrough\)/],
    'a transform of one’s own': [() => new Counter(), /it is a stream \(Counter\)/],
    'a stream of zlib': [() => later(createGzip(), () => {}), /it is a stream \(Gzip\)/],
    'a file stream': [
      () => {
        const stream = createReadStream('package.json');
        return later(stream, () => stream.destroy());
      },
      /it is a stream \(ReadStream\)/,
    ],
    ReadableStream: [() => new ReadableStream(), /ReadableStream: it is a stream/],
    TextDecoderStream: [() => new TextDecoderStream(), /TextDecoderStream: it is a stream/],
    'a socket': [() => new Socket(), /it is a socket or a server/],
    'a server': [() => createServer(), /it is a socket or a server/],
    IncomingMessage: [() => new IncomingMessage(new Socket()), /it is a message on a socket/],
    OutgoingMessage: [() => new OutgoingMessage(), /it is a message on a socket/],
    'a timer': [
      () => {
        const timer = setTimeout(() => {}, 1000);
        return later(timer, () => clearTimeout(timer));
      },
      /it is a timer of this thread/,
    ],
    Hash: [() => createHash('sha256'), /it is a computation half way through/],
    'a script': [() => new Script('1'), /code as the engine has compiled it/],
    Request: [() => new Request('http://localhost/'), /message whose body arrives piece by piece/],
    Response: [() => new Response('text'), /message whose body arrives piece by piece/],
    'a key that may not be read': [() => ({ key: hidden }).key, /it is a key of the crypto module/],
  };
  let hidden: object = {};
  beforeAll(async () => {
    const algorithm = { name: 'AES-GCM', length: 128 };
    hidden = await globalThis.crypto.subtle.generateKey(algorithm, false, ['encrypt']);
  });

  test.each(Object.entries(refused))('%s', (_name, [make, words]) => {
    let error: unknown;
    try {
      serialize({ parts: [make()] });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SerializeError);
    expect(error).toMatchObject({
      code: 'MP_UNSUPPORTED',
      path: 'value.parts[0]',
      message: expect.stringMatching(words),
    });
  });

  test('but not a stream whose class says what of it is to be sent', () => {
    class Log extends Writable {
      path = '';
      [Symbol.for('mp.getState')](): unknown {
        return { path: this.path };
      }
    }
    const log = new Log();
    log.path = 'a.log';
    expect((clone(log) as Log).path).toBe('a.log');
  });

  test('nor an emitter, which is an ordinary object', () => {
    const emitter = new EventEmitter();
    emitter.on('x', (value: unknown[]) => value.push(1));
    const heard: unknown[] = [];
    (clone(emitter) as EventEmitter).emit('x', heard);
    expect(heard).toEqual([1]);
  });
});
