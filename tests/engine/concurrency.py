"""Programs of several functions, for tasks, children, scopes and semaphores: written by hand, as those of `programs`."""

from typing import Any

from tests.engine.programs import Json, const, local, op
from tests.engine.session import Claim, Session

SOURCE = {"module": "app", "file": "app.py", "first_line": 1}


def function(name: str, *nodes: Json, parameters: tuple[Json, ...] = (), local_names: str = "") -> Json:
    """One function of `module`; edges count from its own first node."""
    return {"name": name, "parameters": [{"name": p} if isinstance(p, str) else p for p in parameters], "nodes": list(nodes),
            "locals": [p if isinstance(p, str) else p["name"] for p in parameters] + local_names.split()}  # fmt: skip


def module(workflow: str, *functions: Json) -> Json:
    """A program of these functions, the first of which is the body; a node goes on with the next one unless it says otherwise."""
    heads: list[Json] = []
    nodes: list[Json] = []
    for head in functions:
        first = len(nodes)
        for offset, node in enumerate(head["nodes"]):
            straight = node["kind"] not in ("return", "raise", "branch")
            edges = {"next": offset + 1} if straight and "next" not in node else {}
            edges |= {key: node[key] for key in ("next", "then", "else", "done", "error") if key in node}
            place = first + offset
            nodes.append(
                {**node, **{key: first + to for key, to in edges.items()}, "id": place, "span": [place + 1, 0, place + 1, 1]}
            )
        heads.append({**head, "entry": first, "nodes": [first, len(nodes) - 1]})
    text = "\n".join(f"line {i + 1}" for i in range(len(nodes)))
    return {"ir_version": 1, "dialect": "python", "workflow": workflow, "functions": heads, "nodes": nodes,
            "source": {**SOURCE, "text": text}}  # fmt: skip


def invoke(index: int, **args: Json) -> Json:
    return {"function": index, "args": args}


def act(n: Json = None, target: str | None = None, **edges: int) -> Json:
    return {"kind": "action", "call": {"action": "app:act", "args": {"n": n or const(0)}}, "target": target, **edges}


def spawn(call: Json, target: str | None, group: str | None = None) -> Json:
    return {"kind": "spawn", "call": call, "group": group, "target": target}


def wait(
    *tasks: str, until: str = "all", timeout: Any = None, linked: bool = False, target: str | None = "r", **edges: int
) -> Json:
    limit = None if timeout is None else const(timeout)
    return {"kind": "wait", "tasks": {"list": [local(t) for t in tasks]}, "until": until, "timeout": limit, "linked": linked,
            "target": target, **edges}  # fmt: skip


def cancel(*tasks: str) -> Json:
    return {"kind": "cancel", "tasks": {"list": [local(t) for t in tasks]}}


def fork(*calls: Json, settle: bool = False, target: str | None = "r", **edges: int) -> Json:
    branches = {"list": [{"invocation": call} for call in calls]}
    return {"kind": "fork", "branches": branches, "settle": settle, "target": target, **edges}


def spread(call: Json, over: str = "xs", target: str = "r", *, settle: bool = False) -> Json:
    """A fork of one call for each x of a list."""
    generators: Json = [{"target": "x", "iter": local(over), "conditions": []}]
    branches: Json = {"comprehension": {"element": {"invocation": call}, "generators": generators}}
    return {"kind": "fork", "branches": branches, "settle": settle, "target": target}


def give(value: Json) -> Json:
    return {"kind": "return", "value": value}


def give_local(name: str = "r") -> Json:
    return give(local(name))


def catch(target: str = "e", **edges: int) -> Json:
    return {"kind": "catch", "target": target, **edges}


def value_error(text: str) -> Json:
    mro = ["ValueError", "Exception", "BaseException", "object"]
    return {"kind": "raise", "value": op("exception", const("ValueError"), const(mro), {"list": [const(text)]})}


def sleep(seconds: float = 600, **edges: int) -> Json:
    return {"kind": "sleep", "seconds": const(seconds), **edges}


HELPER = function("helper", act(local("n"), "n"), give(op("mul", local("n"), const(10))), parameters=("n",))


def drain(session: Session, claims: list[Claim] | None = None, turns: int = 200) -> None:
    """Answers every action with its argument until nothing happens any more."""
    session.connection.execute("listen waymark")
    for _ in range(turns):
        claims = session.turn(*(c.succeeded(c.arguments.get("n")) for c in claims or []), capacity=100)
        told = list(session.connection.notifies(timeout=0))
        if not claims and not told and not session.backlog and session.due_in_ms != 0:
            return
