import type { BlockList, SocketAddress } from 'node:net';
import type { Kind } from '../model/kind.js';
import { network } from '../model/platform.js';
import { getterOf } from './collections.js';
import { hostKind } from './host-class.js';

// What `node:net` says of addresses.

const blockListKind = hostKind<BlockList>({
  code: 88,
  name: 'BlockList',
  prototype: () => network()?.BlockList.prototype,
  accepts: (value) => rulesOf(value) !== undefined,
  write(list, sink) {
    // The rule that was added last stands first.
    const rules = [...rulesOf(list)].reverse();
    sink.uint(rules.length);
    for (const rule of rules) sink.text(rule);
  },
  read(source) {
    const node = network();
    if (node === undefined) throw source.damaged('a BlockList, which this host does not have,');
    const list = source.define(new node.BlockList());
    for (let left = source.count(1); left > 0; left--) {
      const rule = source.text();
      if (!addRule(list, rule)) throw source.damaged('a rule of a BlockList that is none');
    }
    return list;
  },
});

function rulesOf(list: BlockList): readonly string[] {
  return getterOf<BlockList, readonly string[]>(network()!.BlockList.prototype, 'rules')(list);
}

const RULE = /^(Address|Range|Subnet): (IPv4|IPv6) ([^-/]+)(?:[-/](.+))?$/;

/** Adds a rule in the words in which the list itself says it. @returns Whether it is one. */
function addRule(list: BlockList, rule: string): boolean {
  const [, type, version, first, second] = RULE.exec(rule) ?? [];
  const family = version === 'IPv6' ? 'ipv6' : 'ipv4';
  if (type === 'Address' && first !== undefined) list.addAddress(first, family);
  else if (type === 'Range' && first !== undefined && second !== undefined) list.addRange(first, second, family);
  else if (type === 'Subnet' && first !== undefined) list.addSubnet(first, Number(second), family);
  else return false;
  return true;
}

const FIELDS = ['address', 'port', 'family', 'flowlabel'] as const;

const socketAddressKind = hostKind<SocketAddress>({
  code: 89,
  name: 'SocketAddress',
  prototype: () => network()?.SocketAddress.prototype,
  accepts: (value) => typeof fieldOf(value, 'address') === 'string',
  write(address, sink) {
    for (const field of FIELDS) sink.value(fieldOf(address, field));
  },
  read(source) {
    const node = network();
    if (node === undefined) throw source.damaged('a SocketAddress, which this host does not have,');
    const place = source.reserve();
    const options: Record<string, unknown> = {};
    for (const field of FIELDS) options[field] = source.value();
    return source.fill(place, new node.SocketAddress(options));
  },
});

function fieldOf(address: SocketAddress, field: (typeof FIELDS)[number]): unknown {
  return getterOf<SocketAddress, unknown>(network()!.SocketAddress.prototype, field)(address);
}

export const addressKinds: readonly Kind[] = [blockListKind, socketAddressKind] as readonly Kind[];
