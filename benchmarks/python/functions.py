"""The functions of fixtures/functions.cjs, written in Python, and how the restored ones must behave."""


def make_pure():
    return lambda a, b: a * b


def make_prims():
    factor, offset, unit = 3, 4.5, 'kg'
    return lambda x: f'{x * factor + offset} {unit}'


def make_nested1000():
    table = {f'key{i}': {'id': i, 'name': f'entry {i}', 'nested': {'even': i % 2 == 0}} for i in range(1000)}

    def make():
        return lambda key: table[key]['nested']['even']

    return make


def make_mutual():
    def is_even(n):
        return n == 0 or is_odd(n - 1)

    def is_odd(n):
        return n != 0 and is_even(n - 1)

    return is_even


def make_klass():
    class Shape:
        def __init__(self, name):
            self.name = name

        def describe(self):
            return f'{self.name} of {self.area()}'

    class Square(Shape):
        def __init__(self, side):
            super().__init__('square')
            self.side = side

        def area(self):
            return self.side**2

        def describe(self):
            return 'a ' + super().describe()

    return Square


def make_chain(length):
    def link(before):
        return lambda: before

    last = lambda: 'end'
    for _ in range(1, length):
        last = link(last)
    return last


makers = {
    'pure': make_pure,
    'prims': make_prims,
    'nested1000': make_nested1000(),
    'mutual': make_mutual,
    'klass': make_klass,
}

checks = {
    'pure': lambda f: f(6, 7) == 42,
    'prims': lambda f: f(2) == '10.5 kg',
    'nested1000': lambda f: f('key998') is True and f('key999') is False,
    'mutual': lambda f: f(10) is True and f(7) is False,
    'klass': lambda square: square(3).describe() == 'a square of 9',
}
