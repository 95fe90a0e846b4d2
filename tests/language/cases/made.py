"""Instances that the body makes and changes: models and dataclasses, with what they are handed."""

# fmt: off
import asyncio
import copy
import dataclasses

import pydantic

from tests.language.actions import User, double, echo, get_user
from tests.language.cases import agrees
from waymark import Workflow


@dataclasses.dataclass
class Line:
    price: float
    count: int = 1
    tags: list[str] = dataclasses.field(default_factory=list)

    @property
    def total(self):
        return self.price * self.count


@dataclasses.dataclass(slots=True)
class Report:
    done: int = 0
    errors: list[str] = dataclasses.field(default_factory=list)
    best: object = None

    def __post_init__(self):
        if self.done < 0:
            raise ValueError("negative")


class Order(pydantic.BaseModel):
    id: int
    status: str = "new"
    lines: list[Line] = []
    paid: float = 0.0


@agrees()
class Counters(Workflow):
    async def run(self):
        report = Report()
        for item in (1, 0, 2):
            try:
                report.best = await double(4 // item)
                report.done += 1
            except ZeroDivisionError as error:
                report.errors.append(str(error))
            finally:
                report.errors += [str(item)]
        other = report
        other.done -= 10
        return report, other.done, report.errors, repr(report), hasattr(report, "best"), hasattr(report, "worst"), report == Report(-8)


@agrees((1,), (2.5,), ("a",))
class HandedOnce(Workflow):
    async def run(self, price):
        line = Line(price, tags=["a", "b"])
        line.count += await double(1)
        line.tags.append("c")
        line.price *= 2
        order = Order(id=1, lines=[Line(1.0), {"price": "2.5"}], paid=await double(0.5))
        order.lines[1].count = 4
        order.lines.append(line)
        order.status += "!"
        order.paid += order.lines[1].price * order.lines[1].count
        await echo(order)
        return order, line.tags, order.model_dump(include={"status", "paid"}), order.model_dump(exclude={"lines"}), dataclasses.asdict(line), sum(x.count for x in order.lines)


@agrees()
class CopiesAreNew(Workflow):
    async def run(self):
        tags = ["x"]
        tags.append(await double("y"))
        line = Line(1.0, tags=list(tags))
        tags.append("z")
        line.tags.append("w")
        other = dataclasses.replace(copy.deepcopy(line), count=5)
        other.count += 1
        deep = copy.deepcopy(line)
        deep.tags.clear()
        order = Order(id=3, lines=[copy.deepcopy(line)])
        third = order.model_copy(deep=True)
        third.lines[0].tags.append("third")
        return tags, line, other.count, deep, order.status, third.lines, order.lines


@agrees()
class CopiesOfModels(Workflow):
    async def run(self):
        order = Order(id=3, lines=[{"price": 1}])
        second = order.model_copy(update={"status": "old"})
        second.status = second.status.upper()
        second.id += 1
        order.paid -= 1.5
        return order, second, order == second, second.model_copy().lines


@agrees((0,), (-1,))
class InLoopsHelpersAndBranches(Workflow):
    async def run(self, start):
        lines = [Line(n, count=n) for n in range(3)]
        for line in lines:
            line.count += await self.more(line)
        try:
            report = Report(start)
            report.done += 1
        except ValueError as error:
            report = Report(errors=[str(error)])
        report.errors.append("end")
        found = await asyncio.gather(*[self.branch(n) for n in range(2)])
        user = User(**{"name": "ann", "age": 3})
        user.age += 1
        return lines, report, found, user, [x.price for x in lines]

    async def more(self, line):
        line.tags.append("seen")
        return await double(line.price)

    async def branch(self, n):
        order = Order(id=n)
        order.lines.append(Line(n))
        order.lines[0].count = await double(order.id)
        return order


@agrees((3,), ([1],), ({"a": 1},), ({1},), (1.5,), ("a",), (None,), ((1,),))
class NumbersChangeNoContainer(Workflow):
    async def run(self, value):
        holder, seen = {"best": value}, []
        for kind in range(6):
            try:
                match kind:
                    case 0: holder["best"] += 1
                    case 1: holder["best"] -= 0.5
                    case 2: holder["best"] |= True
                    case 3: value &= 1
                    case 4: value **= 2
                    case _: value <<= 1
                seen.append((holder["best"], value))
            except TypeError as error:
                seen.append(str(error))
        return seen, holder


@agrees()
class FromActions(Workflow):
    async def run(self):
        user = await get_user("ann")
        order = Order(id=user.age, status=user.name)
        order.id += 1
        order.status = order.status.upper()
        copied = User(**user.model_dump())
        copied.name += "!"
        return order, user, copied
