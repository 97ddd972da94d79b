"""The suite `runtime/sync` for multiprocessing, with children made by fork."""
import statistics
import time
from multiprocessing.shared_memory import SharedMemory

import timing


def run(request, load):
    context = load('multiprocessing').get_context('fork')
    small = request['budget']['size'] == 'small'
    case, time_ms = request['case'], request['budget']['timeMs']
    if case == 'lock':
        return lock(context, time_ms)
    if case == 'counter':
        return counter(context, 500 if small else 100_000)
    if case == 'hand-over':
        return hand_over(context, 50 if small else 5000)
    if case == 'shared-memory':
        return segments(time_ms)
    size = 4096 if case == 'memory-4kB' else 1_000_000 if small else 100_000_000
    return memory(context, size, 20 if small else 1000)


def lock(context, time_ms):
    own = context.Lock()

    def cycles(_):
        for _ in range(100):
            own.acquire()
            own.release()

    return {'time': timing.time_us(cycles, time_ms) / 100}


def increment(gate, value, rounds, ends):
    gate.wait()
    begin = time.perf_counter()
    for _ in range(rounds):
        with value.get_lock():
            value.value += 1
    ends.put(time.perf_counter() - begin)


def counter(context, rounds):
    value = context.Value('i', 0)
    # From the moment both are let go: starting them is not the measure.
    gate, ends = context.Barrier(3), context.SimpleQueue()
    children = [context.Process(target=increment, args=(gate, value, rounds, ends)) for _ in range(2)]
    for child in children:
        child.start()
    gate.wait()
    seconds = sorted([ends.get(), ends.get()])
    for child in children:
        child.join()
    assert value.value == 2 * rounds
    return {'rate': 2 * rounds / seconds[1], 'fair': seconds[0] / seconds[1] * 100}


def give_back(there, back):
    while True:
        there.acquire()
        back.release()


def hand_over(context, times):
    there, back = context.Semaphore(0), context.Semaphore(0)
    context.Process(target=give_back, args=(there, back), daemon=True).start()
    measured = []
    for i in range(times * 2):
        _, ms = timing.once_ms(lambda: (there.release(), back.acquire()))
        if i >= times:
            measured.append(ms * 1000)
    return {'time': statistics.median(measured)}


def segments(time_ms):
    def cycle(_):
        created = SharedMemory(create=True, size=4096)
        SharedMemory(name=created.name).close()
        created.close()
        created.unlink()

    return {'time': timing.time_us(cycle, time_ms)}


def read_last(connection, size):
    while True:
        memory = SharedMemory(name=connection.recv())
        connection.send(memory.buf[size - 1])
        memory.close()


def memory(context, size, times):
    memory = SharedMemory(create=True, size=size)
    memory.buf[size - 1] = 7
    own, other = context.Pipe()
    context.Process(target=read_last, args=(other, size), daemon=True).start()
    measured = []

    def once():
        own.send(memory.name)
        return own.recv()

    for i in range(times):
        last, ms = timing.once_ms(once)
        assert last == 7
        if i >= times // 2:
            measured.append(ms * 1000)
    memory.close()
    memory.unlink()
    return {'time': statistics.median(measured)}
