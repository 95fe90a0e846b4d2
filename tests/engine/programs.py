"""Programs in IR, written by hand, so that these tests depend on nothing but the engine."""

from typing import Any

Json = Any


def local(name: str) -> Json:
    return {"local": name}


def const(value: Json) -> Json:
    return {"const": value}


def op(name: str, *args: Json) -> Json:
    return {"op": f"py.{name}", "args": list(args)}


def call(action: str = "app:act", policy: Json = None, **args: Json) -> Json:
    return {"action": action, "args": args, **({"policy": policy} if policy else {})}


def program(name: str, *nodes: Json, parameters: tuple[Json, ...] = (), local_names: str = "", text: str | None = None) -> Json:
    """A program of one function; nodes are numbered in order, node n stands in line n + 1."""
    locals_ = [p["name"] for p in parameters] + local_names.split()
    return {
        "ir_version": 1,
        "dialect": "python",
        "workflow": name,
        "functions": [
            {"name": "run", "parameters": list(parameters), "locals": locals_, "entry": 0, "nodes": [0, len(nodes) - 1]}
        ],
        "nodes": [{**node, "id": i, "span": [i + 1, 0, i + 1, 1]} for i, node in enumerate(nodes)],
        "source": {
            "module": "app",
            "file": "app.py",
            "first_line": 1,
            "text": text or "\n".join(f"line {i + 1}" for i in range(len(nodes))),
        },
    }


def one_action(name: str = "One", policy: Json = None) -> Json:
    return program(
        name,
        {"kind": "action", "call": call(policy=policy, n=local("n")), "target": "n", "next": 1},
        {"kind": "return", "value": local("n")},
        parameters=({"name": "n"},),
    )


def loop(name: str = "Loop") -> Json:
    """total of n results; n < 0: for ever."""
    return program(
        name,
        {"kind": "assign", "target": "total", "value": const(0), "next": 1},
        {"kind": "assign", "target": "i", "value": const(0), "next": 2},
        {"kind": "branch", "test": op("eq", local("i"), local("n")), "then": 6, "else": 3},
        {"kind": "action", "call": call(n=local("i")), "target": "r", "next": 4},
        {"kind": "assign", "target": "total", "value": op("add", local("total"), local("r")), "next": 5},
        {"kind": "assign", "target": "i", "value": op("add", local("i"), const(1)), "next": 2},
        {"kind": "return", "value": local("total")},
        parameters=({"name": "n"},),
        local_names="total i r",
    )


def gather(name: str = "Gather", *, settle: bool = False) -> Json:
    """The results of one action an element of xs; a failure that is raised is caught and given to one more action."""
    element = {"invocation": call(n=local("x"))}
    generators = [{"target": "x", "iter": local("xs"), "conditions": []}]
    branches = {"comprehension": {"element": element, "generators": generators}}
    return program(
        name,
        {"kind": "fork", "branches": branches, "settle": settle, "target": "r", "next": 3, "error": 1},
        {"kind": "catch", "target": "r", "next": 2},
        {"kind": "action", "call": call("app:clean_up", n=local("r")), "target": "r", "next": 3},
        {"kind": "return", "value": local("r")},
        parameters=({"name": "xs"},),
        local_names="r",
    )


def sleeper(name: str = "Sleeper", seconds: Json = 600) -> Json:
    return program(
        name,
        {"kind": "sleep", "seconds": const(seconds), "next": 1},
        {"kind": "return", "value": const("awake")},
    )


def spin(name: str = "Spin") -> Json:
    """Counts to n without an await."""
    return program(
        name,
        {"kind": "assign", "target": "i", "value": const(0), "next": 1},
        {"kind": "branch", "test": op("lt", local("i"), local("n")), "then": 2, "else": 3},
        {"kind": "assign", "target": "i", "value": op("add", local("i"), const(1)), "next": 1},
        {"kind": "return", "value": local("i")},
        parameters=({"name": "n"},),
        local_names="i",
    )


def divider(name: str = "Divider") -> Json:
    return program(
        name,
        {"kind": "assign", "target": "n", "value": op("truediv", const(1), local("n")), "next": 1},
        {"kind": "return", "value": local("n")},
        parameters=({"name": "n"},),
        text="share = 1 / n\nreturn share",
    )
