import * as runtime from '@mp/runtime';

test('the package loads', async () => {
  await expect(import('@mp/runtime')).resolves.toBeDefined();
});

// multiprocessing.__all__; docs/compatibility.md says what stands for the names that are not here.
const NAMES =
  'Process Pool Queue JoinableQueue SimpleQueue Pipe Lock RLock Semaphore BoundedSemaphore Condition Event Barrier Value Array ' +
  'RawValue RawArray currentProcess parentProcess activeChildren cpuCount getContext setStartMethod getStartMethod ' +
  'getAllStartMethods setExecutable setForkserverPreload freezeSupport getLogger logToStderr ProcessError BufferTooShort ' +
  'TimeoutError AuthenticationError ThreadPool Listener Client wait SharedMemory ShareableList';

test.each(NAMES.split(' '))('has the counterpart of multiprocessing: %s', (name) => {
  expect(new Map(Object.entries(runtime)).get(name)).toBeInstanceOf(Function);
});

const IN_CONTEXTS =
  'Process Pool ThreadPool Queue JoinableQueue SimpleQueue Pipe Lock RLock Semaphore BoundedSemaphore Condition Event Barrier ' +
  'Value Array RawValue RawArray SharedMemory ShareableList Listener Client getStartMethod setStartMethod getAllStartMethods ' +
  'setExecutable';

test.each(IN_CONTEXTS.split(' '))('a context has it, too: %s', (name) => {
  const context = runtime.getContext('thread');
  expect(context[name as keyof typeof context]).toBeInstanceOf(Function);
});
