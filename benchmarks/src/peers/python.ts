// Python's own libraries: their samples are run by python/sample.py, which reads the same request.
import type { Peer } from '../harness/model.js';

const python = { program: 'python' } as const;

export const dillPeer: Peer = {
  ...python,
  id: 'dill',
  title: 'Python: dill',
  use: '`dill.dumps` and `dill.loads` of the same function written in Python.',
};

export const pythonPools: readonly Peer[] = [
  {
    ...python,
    id: 'py-multiprocessing',
    title: 'Python: multiprocessing.Pool',
    use: 'The standard library, start method fork, module-level functions by plain pickle.',
  },
  {
    ...python,
    id: 'py-multiprocess',
    title: 'Python: multiprocess.Pool',
    use: 'multiprocess with dill, start method fork, the task as a lambda.',
  },
];

export const pythonProcesses: readonly Peer[] = ['fork', 'forkserver', 'spawn'].map((method) => ({
  ...python,
  id: `py-${method}`,
  title: `Python: ${method}`,
  use: `\`multiprocessing.get_context('${method}')\`, standard library.`,
}));

export const pythonChannels: Peer = {
  ...python,
  id: 'py-multiprocessing',
  title: 'Python: multiprocessing',
  use: 'The standard library, start method fork.',
};

export const pythonSync: Peer = {
  ...python,
  id: 'py-multiprocessing',
  title: 'Python: multiprocessing',
  use: 'The standard library, start method fork: `Lock`, `Semaphore`, `Value`, `shared_memory.SharedMemory`.',
};
