"""How a sample says that there will be no number: the counterpart of src/harness/refusal.ts."""


class NoNumber(Exception):
    def __init__(self, status, detail):
        super().__init__(detail)
        self.status = status
