"""The suite `runtime/process` for multiprocessing: from asking for a process to its first message."""
import os
import statistics
import sys

import timing


def greet(connection):
    connection.send('up')


def answer(connection):
    from heap import heap

    connection.send('up')
    while (index := connection.recv()) >= 0:
        connection.send(heap[index]['i'])


def run(request, load):
    multiprocessing, import_ms = timing.once_ms(lambda: load('multiprocessing'))
    method = request['peer'].removeprefix('py-')
    context = multiprocessing.get_context(method)
    small = request['budget']['size'] == 'small'
    kind, _, amount = request['case'].partition('-')
    if kind == 'start':
        return start(context, import_ms, 2 if small else 7)
    os.environ['BENCH_HEAP_MB'] = str(min(int(amount), 10) if small else 150 if kind == 'alive' else int(amount))
    if method == 'fork':
        import heap  # noqa: F401  The child has what its parent has.
    else:
        # The server finds what it preloads on its own search path, which is not that of this program.
        os.environ['PYTHONPATH'] = sys.path[0]
        context.set_forkserver_preload(['heap'])
    if kind == 'preload':
        return preloaded(context, 2 if small else 7)
    return alive(context, 20 if small else int(amount))


def begin(context, target):
    own, other = context.Pipe()
    process = context.Process(target=target, args=(other,))
    process.start()
    assert own.recv() == 'up'
    return process, own


def start(context, import_ms, times):
    (process, _), first = timing.once_ms(lambda: begin(context, greet))
    process.join()
    ready, gone, whole = [], [], []
    for _ in range(times):
        (process, _), ready_ms = timing.once_ms(lambda: begin(context, greet))
        _, gone_ms = timing.once_ms(process.join)
        ready.append(ready_ms)
        gone.append(gone_ms)
        whole.append(ready_ms + gone_ms)
    medians = {'ready': statistics.median(ready), 'gone': statistics.median(gone), 'whole': statistics.median(whole)}
    return {'first': first, 'import': import_ms, **medians}


def end(process, own):
    own.send(-1)
    process.join()
    own.close()


def ask(own, index):
    own.send(index)
    assert own.recv() == index


def preloaded(context, times):
    child, first = timing.once_ms(lambda: begin(context, answer))
    end(*child)
    ready, private = [], []
    for index in range(times):
        (process, own), ms = timing.once_ms(lambda: begin(context, answer))
        ready.append(ms)
        private.append(memory_mb(process.pid, 'Private_'))
        ask(own, index)
        end(process, own)
    return {'ready': statistics.median(ready), 'first': first, 'private': statistics.median(private)}


def alive(context, wanted):
    end(*begin(context, answer))
    children, up_ms = timing.once_ms(lambda: [begin(context, answer) for _ in range(wanted)])
    _, ask_ms = timing.once_ms(lambda: [ask(own, index) for index, (_, own) in enumerate(children)])
    share = statistics.median(memory_mb(process.pid, 'Pss:') for process, _ in children)
    for _, own in children:
        own.send(-1)
    for process, _ in children:
        process.join()
    return {'start': up_ms / wanted, 'answer': ask_ms, 'share': share}


def memory_mb(pid, kind):
    with open(f'/proc/{pid}/smaps_rollup') as file:
        kb = [int(line.split()[1]) for line in file if line.startswith(kind)]
    return sum(kb) * 1024 / 1e6
