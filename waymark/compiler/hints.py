"""Rewrites for what users try most: more exact than what a rule says of all calls."""

from __future__ import annotations

from types import ModuleType

_LOG = "leave it out, since every step is kept in the run's history, or do it in an action"
_THREAD = "start actions with asyncio.gather or create_task; an action that is a plain `def` runs in a thread of the worker"
_ENVIRONMENT = "read it in an action, or into a constant above the class"
_FOREIGN = "call it in a function of yours that is decorated with `@action`, and await that"
_ACTION = "an action is started by `await {name}(…)`"
_HINTS = {
    "asyncio.threads.to_thread": "make the function an action: one that is a plain `def` runs in a thread of the worker",
    "asyncio.runners.run": "the body is asynchronous already: write `await`",
    "collections.OrderedDict": "write a dict: it keeps the order in which keys are added",
    "collections.defaultdict": "write a dict: `d.setdefault(k, []).append(x)` groups, `d[k] = d.get(k, 0) + 1` counts",
    "collections.deque": "write a list: `append(x)`, `insert(0, x)`, `pop()` and `pop(0)` work at both ends",
    "collections.namedtuple": "define a frozen dataclass in a module, or write a tuple",
    "functools.partial": "write a lambda where the function is used, or a helper method",
    "builtins.input": "pass the value as an argument of `run`",
    "builtins.print": _LOG,
    "logging": _LOG,
    "os.environ": _ENVIRONMENT,
    "os.getenv": _ENVIRONMENT,
    "_thread": "use asyncio.Lock or asyncio.Semaphore",
    "threading": _THREAD,
    "concurrent": _THREAD,
    "multiprocessing": _THREAD,
    "time.sleep": "write `await asyncio.sleep(…)`, a durable timer",
}


def hint(value: object, written: str, package: str) -> str | None:
    """The rewrite of a call of `value`, or of a method of it, which stands in the source as `written`.

    `package` is the user's own. None: what the rule says fits.
    """
    if hasattr(value, "__waymark_action__"):
        return _ACTION.format(name=written.partition(".")[0])
    named = value if callable(value) or isinstance(value, ModuleType) else type(value)
    module = getattr(named, "__module__", None) or ""
    name = f"{module}.{getattr(named, '__qualname__', '')}"
    for known in (name, module, module.partition(".")[0], written.rpartition(".")[0]):
        if known in _HINTS:
            return _HINTS[known]
    own = module.partition(".")[0] in {package, "asyncio", "_asyncio"}
    return None if own and callable(value) else _FOREIGN
