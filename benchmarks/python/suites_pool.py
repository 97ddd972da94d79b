"""The suite `runtime/pool` for multiprocessing and multiprocess, with two workers made by fork."""
import re
import statistics
import time

import timing

WORKERS = 2


def increment(x):
    return x + 1


def echo(x):
    return x


def size_of(x):
    return len(x)


def spin(ms):
    end = time.perf_counter() + ms / 1000
    while time.perf_counter() < end:
        pass
    return True


def run(request, load):
    peer, case, budget = request['peer'], request['case'], request['budget']
    library, import_ms = timing.once_ms(lambda: load(peer.removeprefix('py-')))
    context = library.get_context('fork')
    # Plain pickle knows functions of modules only; dill is measured with what it is for.
    task = {'increment': increment, 'echo': echo, 'size': size_of, 'spin': spin}
    if peer == 'py-multiprocess':
        task['increment'] = lambda x: x + 1
        task['echo'] = lambda x: x
        task['size'] = lambda x: len(x)
    small = budget['size'] == 'small'
    kind, _, size = case.partition('-')
    if kind == 'start':
        return start(context, import_ms, task, int(size.removeprefix('heap-') or 0))
    if kind == 'memory':
        return memory(context, task)
    with context.Pool(int(size) if kind == 'workers' else WORKERS) as pool:
        if kind == 'tasks':
            return queue(pool, task['increment'], 500 if small else count(size))
        if kind == 'map':
            return map_all(pool, task['increment'], 500 if small else count(size))
        if kind == 'round':
            return round_trips(pool, task['echo'], 50 if small else 2000)
        if kind == 'echo':
            return echoes(pool, task['echo'], bytes([7]) * count(size), budget['timeMs'])
        if kind == 'in':
            return one_way(pool, task['size'], count(size), budget['timeMs'])
        if kind == 'pulled':
            return pulled(pool, task['increment'], 500 if small else count(size))
        if kind == 'records':
            return echoes(pool, task['echo'], records(10_000), budget['timeMs'])
        return spins(pool, 20 if small else 300)


def start(context, import_ms, task, heap_mb):
    heap = [{'i': i, 'next': [i, i + 1]} for i in range(heap_mb * 4000)]
    pool = None

    def first():
        nonlocal pool
        pool = context.Pool(WORKERS)
        assert pool.apply(task['increment'], (41,)) == 42

    _, first_result = timing.once_ms(first)
    _, close = timing.once_ms(lambda: (pool.terminate(), pool.join()))
    del heap
    return {'firstResult': first_result, 'import': import_ms, 'close': close}


def memory(context, task):
    before = memory_mb('self', 'Pss:')
    with context.Pool(WORKERS) as pool:
        pool.map(task['increment'], range(20), 1)
        pids = [process.pid for process in pool._pool]
        family = sum(memory_mb(pid, 'Pss:') for pid in ['self', *pids])
        workers = [memory_mb(pid, 'Private_') for pid in pids]
    return {'worker': statistics.median(workers), 'total': (family - before) / WORKERS}


def queue(pool, task, tasks):
    [result.get() for result in [pool.apply_async(task, (i,)) for i in range(min(tasks, 1000))]]
    results, ms = timing.once_ms(lambda: [r.get() for r in [pool.apply_async(task, (i,)) for i in range(tasks)]])
    assert sum(results) == tasks * (tasks + 1) // 2
    return {'rate': tasks / ms * 1000}


def map_all(pool, task, items):
    pool.map(task, range(1000))
    results, ms = timing.once_ms(lambda: pool.map(task, range(items)))
    assert results == list(range(1, items + 1))
    return {'rate': items / ms * 1000}


def round_trips(pool, task, times):
    for i in range(times // 2):
        pool.apply(task, (i,))
    measured = []
    for i in range(times):
        result, ms = timing.once_ms(lambda: pool.apply(task, (i,)))
        assert result == i
        measured.append(ms * 1000)
    return {'time': statistics.median(measured)}


def echoes(pool, task, value, time_ms):
    assert pool.apply(task, (value,)) == value
    return {'time': timing.time_us(lambda _: pool.apply(task, (value,)), time_ms * 4)}


def one_way(pool, task, size, time_ms):
    value = bytes([7]) * size
    assert pool.apply(task, (value,)) == size
    us = timing.time_us(lambda _: pool.apply(task, (value,)), time_ms * 4)
    return {'rate': size / us}


def pulled(pool, task, items):
    sum(pool.imap_unordered(task, iter(range(1000))))
    before = reset_peak()
    total, ms = timing.once_ms(lambda: sum(pool.imap_unordered(task, iter(range(items)))))
    assert total == items * (items + 1) // 2
    return {'rate': items / ms * 1000, 'peak': max(0, status_mb('VmHWM') - before)}


def reset_peak():
    with open('/proc/self/clear_refs', 'w') as file:
        file.write('5')
    return status_mb('VmRSS')


def status_mb(name):
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name)) * 1024 / 1e6


def spins(pool, tasks):
    run_all = lambda: [result.get() for result in [pool.apply_async(spin, (1,)) for _ in range(tasks)]]
    pool.apply(spin, (1,))
    _, ms = timing.once_ms(run_all)
    return {'rate': tasks / ms * 1000}


def records(number):
    return [
        {
            'id': i,
            'name': f'record-{i}',
            'price': i * 1.25,
            'tags': ['a', 'b', f'c{i % 10}'],
            'active': i % 2 == 0,
            'nested': {'x': i, 'y': -1 - i},
        }
        for i in range(number)
    ]


def count(text):
    digits, unit = re.match(r'(\d+)(k|M)?', text).groups()
    return int(digits) * {'k': 1000, 'M': 1_000_000, None: 1}[unit]


def memory_mb(pid, kind):
    with open(f'/proc/{pid}/smaps_rollup') as file:
        kb = [int(line.split()[1]) for line in file if line.startswith(kind)]
    return sum(kb) * 1024 / 1e6
