"""The suite `serialize/functions` for dill. A child that has never seen functions.py's makers restores."""
import json
import subprocess
import sys
import tempfile

import timing


def run(request, load):
    dill, import_ms = timing.once_ms(lambda: load('dill'))
    name, time_ms = request['case'], request['budget']['timeMs']
    import functions

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


def restore(name, file, time_ms):
    import dill

    data = open(file, 'rb').read()
    restored, first_decode = timing.once_ms(lambda: dill.loads(data))
    import functions

    assert functions.checks[name](restored)
    print(json.dumps({'firstDecode': first_decode, 'decode': timing.time_us(lambda _: dill.loads(data), time_ms)}))


if __name__ == '__main__':
    restore(sys.argv[1], sys.argv[2], float(sys.argv[3]))
