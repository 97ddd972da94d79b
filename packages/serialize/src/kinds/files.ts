import type { BigIntStats, Dirent, StatsBase, StatsFs } from 'node:fs';
import type { Kind, ValueSink, ValueSource } from '../model/kind.js';
import { fileSystem } from '../model/platform.js';
import { hostKind } from './host-class.js';

// What the file system says of a file: records of classes that keep some of it under symbols of their own.

type Record = StatsBase<unknown> | Dirent | StatsFs;

/** An object of each class as the host makes it, which has the class's prototype and its symbols. */
const samples = {
  Stats: () => fileSystem()?.statSync('.'),
  BigIntStats: () => fileSystem()?.statSync('.', { bigint: true }) as BigIntStats | undefined,
  StatFs: () => fileSystem()?.statfsSync('.'),
  Dirent: () => {
    const fs = fileSystem();
    return fs === undefined ? undefined : new (fs.Dirent as unknown as new (name: string) => Dirent)('');
  },
} as const;

type Name = keyof typeof samples;

const made = new Map<Name, object | undefined>();

function sampleOf(name: Name): object | undefined {
  if (made.has(name)) return made.get(name);
  let sample: object | undefined;
  try {
    sample = samples[name]();
  } catch {
    // The host may forbid to look at the file system.
  }
  made.set(name, sample);
  return sample;
}

function prototypeOf(name: Name): object | undefined {
  const sample = sampleOf(name);
  return sample === undefined ? undefined : (Object.getPrototypeOf(sample) as object);
}

function writeRecord(record: object, sink: ValueSink): void {
  const keys = Object.getOwnPropertyNames(record);
  const symbols = Object.getOwnPropertySymbols(record).filter(({ description }) => description !== undefined);
  sink.uint(keys.length);
  for (const key of keys) {
    sink.text(key);
    sink.value(Object.getOwnPropertyDescriptor(record, key)!.value);
  }
  sink.uint(symbols.length);
  for (const symbol of symbols) {
    sink.text(symbol.description!);
    sink.value(Object.getOwnPropertyDescriptor(record, symbol)!.value);
  }
}

function readRecord(name: Name, source: ValueSource): object {
  const sample = sampleOf(name);
  if (sample === undefined) throw source.damaged(`a ${name}, which this host does not have,`);
  const record = source.define(Object.create(Object.getPrototypeOf(sample) as object) as object);
  const set = (key: PropertyKey, value: unknown): void => {
    Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
  };
  for (let left = source.count(2); left > 0; left--) set(source.text(), source.value());
  const symbols = Object.getOwnPropertySymbols(sample);
  for (let left = source.count(2); left > 0; left--) {
    const description = source.text();
    const value = source.value();
    // Another version of Node keeps something else there.
    const symbol = symbols.find((known) => known.description === description);
    if (symbol !== undefined) set(symbol, value);
  }
  if (name !== 'Dirent') completeTimes(record, set);
  return record;
}

/** Up to Node 20 the times are properties; later they are made from the milliseconds when they are read. */
function completeTimes(record: object, set: (key: string, value: Date) => void): void {
  for (const key of ['atime', 'mtime', 'ctime', 'birthtime']) {
    const milliseconds: unknown = Object.getOwnPropertyDescriptor(record, `${key}Ms`)?.value;
    if (milliseconds !== undefined && !(key in record)) set(key, new Date(Math.round(Number(milliseconds))));
  }
}

function recordKind(code: number, name: Name): Kind {
  const kind = hostKind<Record>({
    code,
    name,
    prototype: () => prototypeOf(name),
    write: writeRecord,
    read: (source) => readRecord(name, source) as Record,
  });
  // All own properties are the record.
  return { ...kind, ownKeys: () => [] } as unknown as Kind;
}

export const fileKinds: readonly Kind[] = [
  recordKind(84, 'Stats'),
  recordKind(85, 'BigIntStats'),
  recordKind(86, 'StatFs'),
  recordKind(87, 'Dirent'),
];
