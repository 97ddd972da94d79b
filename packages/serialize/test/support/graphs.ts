import fc from 'fast-check';

/** How an object of a random graph is made; references are indices into the list of all objects. */
interface Plan {
  readonly kind: number;
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  readonly links: readonly number[];
  readonly trait: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.nat(27),
  numbers: fc.array(fc.oneof(fc.double(), fc.integer(), fc.constant(-0)), { maxLength: 12 }),
  texts: fc.array(
    fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'constructor', 'length', '0', 'ß', '\ud800'),
    ),
    {
      maxLength: 6,
    },
  ),
  links: fc.array(fc.nat(1000), { maxLength: 6 }),
  trait: fc.nat(30),
});

/** Random graphs: any mixture of kinds, with cycles, sharing, odd attributes and frozen parts. */
export const graphs: fc.Arbitrary<unknown> = fc.array(plan, { minLength: 1, maxLength: 25 }).map(build);

function build(plans: readonly Plan[]): unknown {
  const unique = Symbol('unique');
  const memory = new ArrayBuffer(64);
  const objects = plans.map((p) => make(p, memory, unique));
  for (const [i, p] of plans.entries()) link(objects[i]!, p, objects, unique);
  for (const [i, p] of plans.entries()) decorate(objects[i]!, p);
  return objects[0];
}

function make({ kind, numbers, texts }: Plan, memory: ArrayBuffer, unique: symbol): object {
  const [n = 0] = numbers;
  const [text = ''] = texts;
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return {};
    case 3:
    case 4:
      return [];
    case 5:
      return new Map();
    case 6:
      return new Set();
    case 7:
      return new Date(n);
    case 8:
      return new RegExp(text.replace(/[^\w]/g, '.'), 'gu');
    case 9:
      return new Error(text);
    case 10:
      return new RangeError(text, { cause: n });
    case 11:
      return Object(n);
    case 12:
      return Object(text);
    case 13:
      return new Uint8Array(memory, Math.abs(Math.trunc(n)) % 8 || 0, 5);
    case 14:
      return new Float64Array(numbers);
    case 15:
      return Object.create(null);
    case 16:
      return numbers.slice();
    case 17:
      return texts.slice();
    case 18:
      return Object(BigInt(Number.isFinite(n) ? Math.trunc(n) : 7));
    case 19:
      return Object(unique);
    case 20:
      return new DataView(memory, 8);
    case 21:
      return new AggregateError(texts, text);
    case 22:
      // Long enough for columns.
      return Array.from({ length: 14 }, (_, i) => ({ i, n: numbers[i % 12], text: texts[i % 6], same: memory }));
    case 23:
      return numbers.map((time) => new Date(time));
    case 24:
      return Array.from({ length: 20 }, (_, i) => `${text}${i}`);
    case 25:
      return new URL(`http://host/?${encodeURIComponent(text.replace(/[\ud800-\udfff]/g, ''))}`);
    case 26:
      return new WeakRef(memory);
    default:
      return new Set(numbers);
  }
}

function link(object: object, { links, numbers, texts }: Plan, objects: readonly object[], unique: symbol): void {
  const target = (index: number): object => objects[index % objects.length]!;
  if (object instanceof Map) for (const l of links) object.set(target(l), target(l + 1)).set(l, unique);
  else if (object instanceof Set) for (const l of links) object.add(target(l)).add(String(l));
  else if (Array.isArray(object)) {
    for (const l of links) object.push(target(l));
    if (numbers.length > 8) object.length += 2;
  } else if (Object.getPrototypeOf(object) === Object.prototype || Object.getPrototypeOf(object) === null) {
    for (const [i, text] of texts.entries())
      define(object, text, links[i] === undefined ? numbers[i] : target(links[i]));
    for (const l of links.slice(texts.length)) define(object, `k${l % 5}`, target(l));
  } else if (links.length > 3 && !ArrayBuffer.isView(object)) define(object, texts[0] ?? 'extra', target(links[0]!));
}

function decorate(object: object, { trait }: Plan): void {
  const odd = !ArrayBuffer.isView(object);
  if (trait === 0 && odd) Object.freeze(object);
  else if (trait === 1 && odd) Object.seal(object);
  else if (trait === 2 && odd) Object.preventExtensions(object);
  else if (trait === 3 && odd) Object.defineProperty(object, 'hidden', { value: 1, configurable: true });
  else if (trait === 4 && odd) Object.defineProperty(object, Symbol.for('key'), { value: object, enumerable: true });
}

function define(object: object, key: string, value: unknown): void {
  if (Object.getOwnPropertyDescriptor(object, key)?.configurable === false) return;
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
