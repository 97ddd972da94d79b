import type { Meta } from '../model/ports.js';
import { EXT } from '../model/tags.js';
import { type ByteReader, damaged } from '../wire/byte-reader.js';
import type { ByteWriter } from '../wire/byte-writer.js';

/** Long strings of the code engine's, such as a function's text, are sent once and then referred to. */
export interface TextWriter {
  /** The number of a text, and whether the other side has it. `undefined`: not worth a number. */
  indexOf(text: string): { readonly index: number; readonly isNew: boolean } | undefined;
}

/** The texts that the other side numbered. */
export interface TextReader {
  add(text: string): void;
  at(index: number): string | undefined;
}

/** How deep the code engine's data may nest. */
const MAX_DEPTH = 200;

/** Writes the code engine's data as plain MessagePack, but for numbered texts. */
export function writeMeta(out: ByteWriter, meta: Meta, texts: TextWriter): void {
  if (meta === null) out.byte(0xc0);
  else if (typeof meta === 'string') writeText(out, meta, texts);
  else if (typeof meta === 'number') out.number(meta);
  else if (typeof meta === 'boolean') out.byte(meta ? 0xc3 : 0xc2);
  else if (isList(meta)) {
    out.arrayHead(meta.length);
    for (const element of meta) writeMeta(out, element, texts);
  } else {
    const entries = Object.entries(meta);
    out.mapHead(entries.length);
    for (const [key, value] of entries) {
      out.string(key);
      writeMeta(out, value, texts);
    }
  }
}

function isList(meta: Meta): meta is readonly Meta[] {
  return Array.isArray(meta);
}

function writeText(out: ByteWriter, text: string, texts: TextWriter): void {
  const numbered = texts.indexOf(text);
  if (numbered === undefined) {
    out.string(text);
    return;
  }
  out.extensionUint(EXT.text, numbered.index);
  if (numbered.isNew) out.string(text);
}

/** Reads the code engine's data. Objects have no prototype, so that no key is special. */
export function readMeta(source: ByteReader, texts: TextReader, depth = 0): Meta {
  if (depth > MAX_DEPTH) throw damaged(source.position, 'data that nests too deeply');
  const token = source.byte();
  if (token < 0x40) return token;
  if (token >= 0xe0) return token - 256;
  if (token >= 0xa0 && token < 0xc0) return source.text(token & 31);
  if (token >= 0x90 && token < 0xa0) return readList(source, texts, token & 15, depth);
  if (token >= 0x80 && token < 0x90) return readRecord(source, texts, token & 15, depth);
  const { view } = source;
  switch (token) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xcb:
      return view.getFloat64(source.take(8));
    case 0xcc:
      return source.byte();
    case 0xcd:
      return view.getUint16(source.take(2));
    case 0xce:
      return view.getUint32(source.take(4));
    case 0xd0:
      return view.getInt8(source.take(1));
    case 0xd1:
      return view.getInt16(source.take(2));
    case 0xd2:
      return view.getInt32(source.take(4));
    case 0xd9:
      return source.text(source.byte());
    case 0xda:
      return source.text(view.getUint16(source.take(2)));
    case 0xdb:
      return source.text(view.getUint32(source.take(4)));
    case 0xdc:
      return readList(source, texts, view.getUint16(source.take(2)), depth);
    case 0xdd:
      return readList(source, texts, view.getUint32(source.take(4)), depth);
    case 0xde:
      return readRecord(source, texts, view.getUint16(source.take(2)), depth);
    case 0xdf:
      return readRecord(source, texts, view.getUint32(source.take(4)), depth);
    default:
      return readTextExtension(source, texts, token);
  }
}

function readList(source: ByteReader, texts: TextReader, length: number, depth: number): Meta[] {
  if (length > source.end - source.position) throw damaged(source.position, 'a list that is longer than the payload');
  const list: Meta[] = [];
  for (let i = 0; i < length; i++) list.push(readMeta(source, texts, depth + 1));
  return list;
}

function readRecord(source: ByteReader, texts: TextReader, size: number, depth: number): Meta {
  const record: Record<string, Meta> = Object.create(null);
  for (let i = 0; i < size; i++) {
    const key = readMeta(source, texts, depth + 1);
    if (typeof key !== 'string') throw damaged(source.position, 'a key that is not a string');
    record[key] = readMeta(source, texts, depth + 1);
  }
  return record;
}

function readTextExtension(source: ByteReader, texts: TextReader, token: number): string {
  const { view } = source;
  if (token === 0xd4 || token === 0xd5 || token === 0xd6) {
    if (source.byte() !== EXT.text) throw damaged(source.position, 'an unexpected extension');
    const index = source.extensionUint(1 << (token - 0xd4));
    const known = texts.at(index);
    if (known !== undefined) return known;
    const text = readMeta(source, texts, MAX_DEPTH);
    if (typeof text !== 'string') throw damaged(source.position, 'a text that is not a string');
    texts.add(text);
    return text;
  }
  const length =
    token === 0xc7
      ? source.byte()
      : token === 0xc8
        ? view.getUint16(source.take(2))
        : token === 0xc9
          ? view.getUint32(source.take(4))
          : -1;
  if (length < 0) throw damaged(source.position - 1, 'an unexpected token');
  const text = source.extensionText(source.byte(), length);
  if (text === undefined) throw damaged(source.position, 'an unexpected extension');
  return text;
}
