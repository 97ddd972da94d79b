"""The heap of workers/heap.cjs; BENCH_HEAP_MB says how large. A dict with a number and a list is 300 bytes or so."""
import os

OBJECTS_PER_MB = 4000

heap = [{'i': i, 'next': [i, i + 1]} for i in range(int(os.environ.get('BENCH_HEAP_MB', '0')) * OBJECTS_PER_MB)]
