"""One sample of one of Python's own libraries: `python3 sample.py <request as JSON> <result file>`.

The counterpart of src/sample-main.ts: it reads the same request and writes the same result.
"""
import importlib
import json
import sys

from refusal import NoNumber


def load(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        raise NoNumber('unavailable', f'The Python package {name} is not installed.')


def main():
    request, result_file = json.loads(sys.argv[1]), sys.argv[2]
    try:
        suite = importlib.import_module('suites_' + request['suite'].split('/')[1])
        outcome = {'status': 'ok', 'values': suite.run(request, load)}
    except NoNumber as refusal:
        outcome = {'status': refusal.status, 'detail': str(refusal)}
    except Exception as error:
        outcome = {'status': 'failed', 'detail': f'{type(error).__name__}: {error}'[:240]}
    with open(result_file, 'w') as file:
        json.dump(outcome, file)


if __name__ == '__main__':
    main()
