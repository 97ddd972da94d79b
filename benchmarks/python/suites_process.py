"""The suite `runtime/process` for multiprocessing: from asking for a process to its first message."""
import statistics

import timing


def greet(connection):
    connection.send('up')


def run(request, load):
    multiprocessing, import_ms = timing.once_ms(lambda: load('multiprocessing'))
    context = multiprocessing.get_context(request['peer'].removeprefix('py-'))

    def start():
        own, other = context.Pipe()
        process = context.Process(target=greet, args=(other,))
        process.start()
        assert own.recv() == 'up'
        return process

    process, first = timing.once_ms(start)
    process.join()
    ready, gone, whole = [], [], []
    for _ in range(2 if request['budget']['size'] == 'small' else 7):
        process, ready_ms = timing.once_ms(start)
        _, gone_ms = timing.once_ms(process.join)
        ready.append(ready_ms)
        gone.append(gone_ms)
        whole.append(ready_ms + gone_ms)
    medians = {'ready': statistics.median(ready), 'gone': statistics.median(gone), 'whole': statistics.median(whole)}
    return {'first': first, 'import': import_ms, **medians}
