"""The limits of a program, as docs/internals/ir.md lists them. The engine enforces the same."""

MAX_BYTES = 4 * 1024 * 1024
MAX_NODES = 20_000
MAX_FUNCTIONS = 500
MAX_LOCALS = 1_000
MAX_DEPTH = 250
MAX_DISPLAY = 1_000
MAX_NAME = 200
MAX_GENERATORS = 20
