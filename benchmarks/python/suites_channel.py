"""The suite `runtime/channel` for multiprocessing, with a child made by fork."""
import statistics

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
    return queue_rate(context, 500 if small else 20_000)


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
