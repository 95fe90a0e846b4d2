"""Background jobs, as users of Celery, DBOS and their kind write them."""

# fmt: off
import asyncio
import enum
import json
import math
import os
from enum import IntEnum, StrEnum
from functools import partial
from typing import Any, NamedTuple, Optional

from tests.language.probes import probe
from waymark import RetryPolicy, Workflow, action


class State(enum.Enum):
    PENDING = "pending"
    DONE = "done"


class Priority(IntEnum):
    LOW = 0
    HIGH = 10


class Channel(StrEnum):
    MAIL = "mail"
    SMS = "sms"


class Settings:
    BATCH = 2
    NAME = "settings"

    @property
    def url(self):
        return "x"


settings = Settings()


class Page(NamedTuple):
    items: list
    next: Optional[int]


@action
async def fetch_page(cursor: int = 0) -> dict:
    return {"items": [cursor, cursor + 1], "next": cursor + 2 if cursor < 6 else None}


@action
async def transform(record: Any) -> Any:
    if record == 5:
        raise ValueError("cannot transform", record)
    return {"id": record, "square": record * record}


@action
async def save(rows: list, batch: int = 0) -> int:
    return sum(1 for _ in rows)


@action
def resize(path: str, width: int = 100) -> str:
    return path + "@" + str(width)


@action
async def state_of(job: int) -> State:
    return State.DONE if job % 2 else State.PENDING


@action
async def priority_of(job: int) -> Priority:
    return Priority.HIGH if job % 2 else Priority.LOW


@action
async def channel_of(job: int) -> Channel:
    return Channel.MAIL


@probe()
class Pagination(Workflow):
    async def run(self):
        cursor: int | None = 0
        seen = []
        while cursor is not None:
            page = await fetch_page(cursor)
            seen = seen + page["items"]
            cursor = page["next"]
        return seen


@probe()
class EtlWithDeadLetters(Workflow):
    async def run(self):
        page = await fetch_page(4)
        good, bad = [], []
        for record in page["items"]:
            try:
                row = await transform(record)
            except ValueError as error:
                bad = bad + [{"record": record, "error": error.args[0]}]
            else:
                good = good + [row]
        return await save(good), bad, good


@probe((7,), (0,))
class Batches(Workflow):
    """Batches without slices."""

    async def run(self, n: int):
        batches, current, size = [], [], 0
        for x in range(n):
            current = current + [x]
            size += 1
            if size == 3:
                batches = batches + [current]
                current, size = [], 0
        if current:
            batches = batches + [current]
        return batches, await asyncio.gather(*[save(rows, batch=b) for b, rows in [(0, batch) for batch in batches]])


@probe((5,))
class BatchesWithSlices(Workflow):
    async def run(self, n: int):
        items = [x for x in range(n)]
        return [items[i : i + 2] for i in range(0, n, 2)]


@probe((5,))
class Enumerate(Workflow):
    async def run(self, n: int):
        for index, x in enumerate(range(n)):
            await save([x], index)


@probe((["b", "a"],))
class Sorted(Workflow):
    async def run(self, names: list[str]):
        return sorted(names)


@probe(({"a": 1},))
class Items(Workflow):
    async def run(self, data: dict):
        return [(key, value) for key, value in data.items()]


@probe(({"a": 1, "b": None},))
class ItemsWithoutTheMethod(Workflow):
    async def run(self, data: dict):
        pairs = [(key, data[key]) for key in data]
        present = [key for key in data if data[key] is not None]
        return pairs, present, "a" in data, data["a"] if "a" in data else 0, data["z"] if "z" in data else "default"


@probe(({"a": 1},))
class Get(Workflow):
    async def run(self, data: dict):
        return data.get("a", 0)


@probe(("a,b",))
class StringMethods(Workflow):
    async def run(self, text: str):
        return [part.strip() for part in text.split(",")]


@probe((3,), codes=["WMC302"])
class Lambda(Workflow):
    async def run(self, n: int):
        return lambda x: x * n


@probe((3,))
class Walrus(Workflow):
    async def run(self, n: int):
        while (page := await fetch_page(n))["next"]:
            n = page["next"]
        return n


@probe((3,))
class Match(Workflow):
    async def run(self, n: int):
        match n:
            case 1:
                return "one"
            case _:
                return "many"


@probe((3,), codes=["WMC201"])
class NestedFunction(Workflow):
    async def run(self, n: int):
        def double(x):
            return x * 2

        return double(n)


@probe((3,))
class StarredTarget(Workflow):
    async def run(self, n: int):
        first, *rest = [x for x in range(n)]
        return first, rest


@probe((3,))
class StarredDisplays(Workflow):
    async def run(self, n: int):
        base = {"a": 1}
        items = [1, 2]
        return {**base, "b": n}, [*items, n], (*items,)


@probe((3,))
class StarredCall(Workflow):
    async def run(self, n: int):
        args = [n]
        options = {"batch": 1}
        return await save(*args, **options)


@probe((3,))
class OtherComprehensions(Workflow):
    async def run(self, n: int):
        return {x: x * x for x in range(n)}, {x for x in range(n)}, {1, n}


@probe((3,), codes=["WMC208"])
class RareStatements(Workflow):
    async def run(self, n: int):
        global settings
        assert n > 1
        del n


@probe((3,), codes=["WMC106", "WMC106"])
class StateOnSelf(Workflow):
    async def run(self, n: int):
        if self.limit > n:
            return self


@probe((3,))
class StateSetOnSelf(Workflow):
    async def run(self, n: int):
        self.count = n
        return n


@probe((1,), (2,))
class EnumStates(Workflow):
    async def run(self, job: int):
        state = await state_of(job)
        if state == State.DONE:
            return "done", state, state.value
        return "pending" if state != State.DONE else "never", state.name


@probe((1,))
class EnumIdentity(Workflow):
    async def run(self, job: int):
        return await state_of(job) is State.DONE


@probe((1,))
class EnumByValue(Workflow):
    async def run(self, job: int):
        return State("done"), State["DONE"]


@probe((1,), (2,))
class IntEnumArithmetic(Workflow):
    async def run(self, job: int):
        return await priority_of(job) + 1


@probe((1,))
class IntEnumOrder(Workflow):
    async def run(self, job: int):
        return await priority_of(job) > Priority.LOW


@probe((1,))
class StrEnumEquality(Workflow):
    async def run(self, job: int):
        return await channel_of(job) == "mail"


@probe((1,))
class StrEnumMembers(Workflow):
    async def run(self, job: int):
        channel = await channel_of(job)
        return channel == Channel.MAIL, channel != Channel.SMS, channel.value == "mail", channel.value + "!"


@probe((3,))
class ClassAttributes(Workflow):
    async def run(self, n: int):
        return Settings.BATCH * n, Settings.NAME, math.pi > 3


@probe((3,), codes=["WMC103"])
class InstanceAttributes(Workflow):
    async def run(self, n: int):
        return settings.url


@probe((3,), codes=["WMC103"])
class Environment(Workflow):
    async def run(self, n: int):
        return os.environ["HOME"], json.dumps(n)


@probe(("a.png",))
class Thumbnails(Workflow):
    async def run(self, path: str):
        small, large = await asyncio.gather(resize(path), resize(path, width=1000))
        return {"small": small, "large": large}


@probe((3,))
class Accumulators(Workflow):
    async def run(self, n: int):
        count, text, flags = 0, "", ()
        for i in range(n):
            count += i
            text += "ab" * i
            flags += (i % 2 == 0,)
        return count, text, flags


@probe((3,))
class AugmentedList(Workflow):
    async def run(self, n: int):
        rows = []
        alias = rows
        rows += [n]
        return alias


@probe((3,))
class PercentFormatting(Workflow):
    async def run(self, n: int):
        return "job %d" % n


@probe(({3, 1, 2},))
class OrderOfSets(Workflow):
    async def run(self, tags: set):
        return [tag for tag in tags]


@probe((3,))
class RaiseFrom(Workflow):
    async def run(self, n: int):
        try:
            await transform(5)
        except ValueError as error:
            raise RuntimeError("wrapped") from error


@probe((3,))
class RaiseCustom(Workflow):
    async def run(self, n: int):
        raise JobFailed("x", code=n)


class JobFailed(Exception):
    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


@probe((3,), codes=["WMC008"])
class Super(Workflow):
    async def run(self, n: int):
        return await super().run(n)


@probe((3,))
class CallsItself(Workflow):
    async def run(self, n: int):
        return n if n == 0 else await self.run(n - 1)


@probe((3,), codes=["WMC406", "WMC407", "WMC407", "WMC407"])
class WrongArguments(Workflow):
    async def run(self, n: int):
        await transform()
        await transform(1, 2)
        await transform(record=1, other=2)
        await transform(1, record=2)


@probe((3,), codes=["WMC408", "WMC408"])
class ForgottenAwaits(Workflow):
    async def run(self, n: int):
        transform(n)
        row = transform(n)
        return row


@probe((3,), codes=["WMC005"])
class YieldsResults(Workflow):
    async def run(self, n: int):
        yield n


@probe()
class WrongRanges(Workflow):
    async def run(self):
        return range(), list(range(3)), str(1)
