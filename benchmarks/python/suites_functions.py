"""The suite `serialize/functions` for dill. A child that has never seen functions.py's makers restores."""
import json
import subprocess
import sys
import tempfile

import timing
from refusal import NoNumber


def run(request, load):
    dill, import_ms = timing.once_ms(lambda: load('dill'))
    name, time_ms = request['case'], request['budget']['timeMs']
    import functions

    if name == 'chain-100k':
        return chain(dill, 1000 if request['budget']['size'] == 'small' else 100_000)
    make = functions.makers[name]
    data, first_encode = timing.once_ms(lambda: dill.dumps(make()))
    with tempfile.TemporaryDirectory(prefix='mp-bench-') as folder:
        with open(f'{folder}/data', 'wb') as file:
            file.write(data)
        text = subprocess.run(
            [sys.executable, __file__, name, f'{folder}/data', str(time_ms)], check=True, capture_output=True, text=True
        ).stdout
    values = {'import': import_ms, 'firstEncode': first_encode, 'bytes': len(data)}
    return {**values, **json.loads(text), 'encode': timing.time_us(dill.dumps, time_ms, make)}


def chain(dill, length):
    import functions

    last = functions.make_chain(length)
    try:
        data, ms = timing.once_ms(lambda: dill.dumps(last))
    except RecursionError as error:
        raise NoNumber('cannot', f'RecursionError: {error}')
    restored, decode_ms = timing.once_ms(lambda: dill.loads(data))
    found = 0
    while callable(restored):
        restored, found = restored(), found + 1
    assert (restored, found) == ('end', length)
    return {'encode': ms, 'decode': decode_ms, 'bytes': len(data)}


def restore(name, file, time_ms):
    import dill

    data = open(file, 'rb').read()
    restored, first_decode = timing.once_ms(lambda: dill.loads(data))
    import functions

    assert functions.checks[name](restored)
    print(json.dumps({'firstDecode': first_decode, 'decode': timing.time_us(lambda _: dill.loads(data), time_ms)}))


if __name__ == '__main__':
    restore(sys.argv[1], sys.argv[2], float(sys.argv[3]))
