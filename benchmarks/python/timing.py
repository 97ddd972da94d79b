"""Repeats an operation for some time, as src/harness/timing.ts does."""
import gc
import statistics
import time


def time_us(operation, time_ms, prepare=None):
    """The median time of one call in microseconds, after a warm-up of half the time."""
    repeat(operation, time_ms / 2, prepare)
    gc.collect()
    return statistics.median(repeat(operation, time_ms, prepare)) / 1000


def repeat(operation, time_ms, prepare):
    times = []
    end = time.perf_counter_ns() + time_ms * 1e6
    while len(times) < 3 or time.perf_counter_ns() < end:
        argument = prepare() if prepare else None
        start = time.perf_counter_ns()
        operation(argument)
        times.append(time.perf_counter_ns() - start)
    return times


def once_ms(operation):
    """The result of one call, and how many milliseconds it took."""
    start = time.perf_counter_ns()
    result = operation()
    return result, (time.perf_counter_ns() - start) / 1e6
