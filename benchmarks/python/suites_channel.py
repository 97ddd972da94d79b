"""The suite `runtime/channel` for multiprocessing, with a child made by fork."""
import statistics
from multiprocessing.shared_memory import SharedMemory

import timing


def echo(connection):
    while True:
        connection.send(connection.recv())


def count(connection):
    messages = 0
    while True:
        if connection.recv() == -1:
            connection.send(messages)
            messages = 0
        else:
            messages += 1


def produce(queue, items):
    for i in range(items):
        queue.put(i)


def run(request, load):
    context = load('multiprocessing').get_context('fork')
    small = request['budget']['size'] == 'small'
    case = request['case']
    if case == 'pipe-round-trip':
        return round_trips(context, 50 if small else 3000)
    if case == 'pipe-rate':
        return rate(context, 500 if small else 100_000)
    if case == 'queue-rate':
        return queue_rate(context, 500 if small else 20_000)
    if case == 'lock':
        return lock(context, request['budget']['timeMs'])
    if case == 'lock-contended':
        return lock_contended(context, 500 if small else 100_000)
    if case == 'shared-memory':
        return segments(request['budget']['timeMs'])
    return handover(context, 1_000_000 if small else 100_000_000, 20 if small else 500)


def open_channel(context, other_end):
    own, other = context.Pipe()
    context.Process(target=other_end, args=(other,), daemon=True).start()
    return own


def round_trips(context, times):
    channel = open_channel(context, echo)
    measured = []

    def once(i):
        channel.send(i)
        return channel.recv()

    for i in range(times * 2):
        reply, ms = timing.once_ms(lambda: once(i))
        assert reply == i
        if i >= times:
            measured.append(ms * 1000)
    return {'time': statistics.median(measured)}


def rate(context, messages):
    channel = open_channel(context, count)
    channel.send(-1)
    channel.recv()

    def send_all():
        for i in range(messages):
            channel.send(i)
        channel.send(-1)
        return channel.recv()

    arrived, ms = timing.once_ms(send_all)
    assert arrived == messages
    return {'rate': messages / ms * 1000}


def queue_rate(context, items):
    queue = context.Queue()
    context.Process(target=produce, args=(queue, items), daemon=True).start()
    assert queue.get() == 0

    def take_all():
        for i in range(1, items):
            assert queue.get() == i

    _, ms = timing.once_ms(take_all)
    return {'rate': items / ms * 1000}


def lock(context, time_ms):
    own = context.Lock()

    def cycles(_):
        for _ in range(100):
            own.acquire()
            own.release()

    return {'time': timing.time_us(cycles, time_ms) / 100}


def increment(value, rounds):
    for _ in range(rounds):
        with value.get_lock():
            value.value += 1


def lock_contended(context, rounds):
    value = context.Value('i', 0)
    # From the moment both are let go: starting them is not the measure.
    gate = context.Barrier(3)
    children = [context.Process(target=wait_and_increment, args=(gate, value, rounds)) for _ in range(2)]
    for child in children:
        child.start()
    gate.wait()
    _, ms = timing.once_ms(lambda: [child.join() for child in children])
    assert value.value == 2 * rounds
    return {'rate': 2 * rounds / ms * 1000}


def wait_and_increment(gate, value, rounds):
    gate.wait()
    increment(value, rounds)


def segments(time_ms):
    def cycle(_):
        created = SharedMemory(create=True, size=4096)
        SharedMemory(name=created.name).close()
        created.close()
        created.unlink()

    return {'time': timing.time_us(cycle, time_ms)}


def read_last(connection):
    while True:
        memory = SharedMemory(name=connection.recv())
        connection.send(memory.buf[99_999_999 if memory.size >= 100_000_000 else 999_999])
        memory.close()


def handover(context, size, times):
    memory = SharedMemory(create=True, size=size)
    memory.buf[size - 1] = 7
    channel = open_channel(context, read_last)
    measured = []

    def once():
        channel.send(memory.name)
        return channel.recv()

    for _ in range(times):
        last, ms = timing.once_ms(once)
        assert last == 7
        measured.append(ms * 1000)
    memory.close()
    memory.unlink()
    return {'time': statistics.median(measured)}
