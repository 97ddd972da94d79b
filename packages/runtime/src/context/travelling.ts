import { type Codec, type Reducer, SERIALIZE_ERROR_CODES, SerializeError } from '@mp/codec';
import type { Marshal } from '../channel/marshal.js';
import type { StartMethod } from '../launch/launcher.js';
import { crypto } from '../platform/crypto.js';

/** What a context must be made of, to be the same elsewhere. */
export interface Constitution {
  readonly method: StartMethod;
  readonly codec: Codec;
  readonly native: boolean;
  readonly executable: string | undefined;
}

/** What a context looks like from here. Children know of contexts only when one is sent to them. */
export interface TravellingContext {
  /** `undefined` of the default context, which each process has. */
  constitution(): Constitution | undefined;
}

/** The class `Context`, which travels as what this package exports. */
export interface ContextClass {
  standard(): TravellingContext;
  of(constitution: Constitution): TravellingContext;
}

/** What a context is reduced to. */
interface ContextData {
  readonly type: ContextClass;
  /** Names the context in all processes that know it; `undefined` for the default context of each. */
  readonly id?: string;
  readonly method?: StartMethod;
  readonly native?: boolean;
  readonly executable?: string | undefined;
  /** What is meant of the context, where it is not the context itself. */
  readonly part?: string | undefined;
}

/** Of what each class and function of a context is a part. */
const owners = new WeakMap<object, readonly [context: TravellingContext, part: string | undefined]>();

/** Contexts that have travelled: what comes twice, or comes back, is one. */
const idOf = new WeakMap<object, string>();
const byId = new Map<string, WeakRef<TravellingContext>>();
const forgotten = new FinalizationRegistry<string>((id) => {
  // It may have come again since.
  if (byId.get(id)?.deref() === undefined) byId.delete(id);
});

function remember(context: TravellingContext, id: string): void {
  idOf.set(context, id);
  byId.set(id, new WeakRef(context));
  forgotten.register(context, id);
}

function nameContext(context: TravellingContext): string {
  const id = idOf.get(context) ?? crypto().randomUUID();
  if (!idOf.has(context)) remember(context, id);
  return id;
}

/** Says which classes and functions are a context's own, and not those of the package. */
export function joinContext(context: TravellingContext, parts: Readonly<Record<string, object>>): void {
  owners.set(context, [context, undefined]);
  for (const [name, part] of Object.entries(parts)) owners.set(part, [context, name]);
}

/**
 * Lets contexts, and the classes and functions that belong to one, travel: a function may use `ctx.Pool`, and a class
 * extend `ctx.Process`. The other side has a context of the same start method.
 *
 * @param marshal - What sends or receives: another codec cannot be loaded in the middle of a value.
 */
export function contextReducer(marshal: () => Marshal): Reducer<object, ContextData> {
  return {
    tag: 'mp.Context',
    test: (value): value is object => owners.has(value),
    reduce(value) {
      const [context, part] = owners.get(value) as NonNullable<ReturnType<typeof owners.get>>;
      const type = context.constructor as unknown as ContextClass;
      const constitution = context.constitution();
      if (constitution === undefined) return { type, part };
      const { codec: own, ...rest } = constitution;
      const { codec } = marshal();
      if (own.id !== codec.id)
        throw new SerializeError(
          SERIALIZE_ERROR_CODES.unsupported,
          `A context of codec ${own.id} cannot travel by codec ${codec.id}.\nCall getContext() where it is used.`,
        );
      return { type, part, ...rest, id: nameContext(context) };
    },
    revive({ type, id, method, native, executable, part }) {
      let context = id === undefined ? type.standard() : byId.get(id)?.deref();
      if (context === undefined) {
        const { codec } = marshal();
        context = type.of({ method: method as StartMethod, codec, native: native as boolean, executable });
        remember(context, id as string);
      }
      return part === undefined ? context : ((context as unknown as Record<string, object>)[part] as object);
    },
  };
}
