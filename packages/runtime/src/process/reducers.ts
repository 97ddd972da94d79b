import type { Reducer } from '@mp/codec';
import { BaseProcess } from './process.js';

/** What an object of a subclass of {@link BaseProcess} is reduced to. */
interface ProcessData {
  readonly type: typeof BaseProcess;
  readonly name: string;
  readonly daemon: boolean;
  readonly properties: Record<string, unknown>;
}

/**
 * Lets an object of a subclass travel to the process in which its `run` is called: with its class and own properties,
 * and without running the subclass's constructor again.
 */
export const processReducer: Reducer<BaseProcess, ProcessData> = {
  tag: 'mp.Process',
  constructs: BaseProcess,
  test: (value): value is BaseProcess => value instanceof BaseProcess,
  reduce: (instance) => ({
    type: instance.constructor as typeof BaseProcess,
    name: instance.name,
    daemon: instance.daemon,
    properties: { ...instance },
  }),
  revive: ({ type, name, daemon, properties }) =>
    Object.assign(Reflect.construct(BaseProcess, [{ name, daemon }], type) as BaseProcess, properties),
};
