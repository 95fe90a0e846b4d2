"""Constructs inside one another: each inside loops, `try`, helpers, comprehensions and gathers at once."""

# fmt: off
import asyncio

from tests.language.actions import (
    CardDeclined, PaymentError, User, add, check, double, echo, fail, flaky, get_point, get_user, get_users, mark, numbers, slow,
)
from tests.language.cases import agrees
from waymark import RetryPolicy, Workflow

LIMIT = 2
MISSING = (KeyError, IndexError)


@agrees((0,), (1,), (2,), (3,), (4,), (5,))
class TryInLoopInTryInHelper(Workflow):
    async def run(self, n):
        seen = []
        try:
            seen = seen + await self.rounds(n)
        except LookupError as error:
            seen = seen + ["lookup", error.args]
        except ArithmeticError:
            seen = seen + ["arithmetic"]
        else:
            seen = seen + ["else"]
        finally:
            seen = seen + [await mark("finally", n)]
        return seen

    async def rounds(self, n):
        seen = []
        for i in range(4):
            try:
                if i == n:
                    raise KeyError(i)
                if i + 1 == n:
                    seen = seen + [1 // (i - i)]
                if i + 2 == n:
                    break
                seen = seen + [await check(i)]
            except ValueError as error:
                seen = seen + [error.args]
                continue
            except ZeroDivisionError:
                if n == 1:
                    raise
                seen = seen + ["zero"]
            finally:
                seen = seen + [("f", i)]
        else:
            seen = seen + ["else"]
        return seen


@agrees()
class EveryExitOfEveryBlock(Workflow):
    async def run(self):
        outcomes = []
        for way in ["fall", "return", "break", "continue", "raise", "action", "nested"]:
            try:
                outcomes = outcomes + [(way, await self.leave(way))]
            except PaymentError as error:
                outcomes = outcomes + [(way, error)]
            except RuntimeError as error:
                outcomes = outcomes + [(way, error)]
        return outcomes

    async def leave(self, way):
        log = ()
        for n in range(2):
            log += (n,)
            try:
                while True:
                    try:
                        if way == "return":
                            return log
                        if way == "break":
                            break
                        if way == "continue":
                            log += ("c",)
                            way = "break"
                            continue
                        if way == "raise":
                            raise RuntimeError(log)
                        if way == "action":
                            await fail("card", log)
                        if way == "nested":
                            try:
                                return await mark("inner", log)
                            finally:
                                await mark("innermost", log)
                        break
                    except PaymentError:
                        await mark("handler", log)
                        raise
                    else:
                        log += ("else",)
                    finally:
                        log += ("finally",)
                log += ("after",)
            finally:
                await mark("outer finally", log)
        return log


@agrees()
class ComprehensionsOfHelpersInGathers(Workflow):
    async def run(self):
        users = [user for user in await get_users(["ann", "bert", "cleo"]) if self.is_long(user.name)]
        results = await asyncio.gather(
            *[add(user.name, "!" * n) for user in users for n in range(1, 3) if self.is_long(user.name) and n < 5],
            *[self.run_action(flaky([x for x in range(user.age)]), retry=RetryPolicy(attempts=3)) for user in users],
            return_exceptions=True,
        )
        return {"users": users, "results": results, "pairs": [(a, b) for a, b in [(r, self.is_long(r)) for r in results] if b]}

    def is_long(self, name):
        for _ in name:
            return name != "ann"
        return False


@agrees((3,), (0,))
class AwaitsInEverything(Workflow):
    async def run(self, n):
        table = {
            await mark("k", "rows"): [[await add(x, y) for x in await numbers(2)] for y in range(n)],
            "flag": await mark("flag", n) and not await mark("no", n > 2),
            "chain": 0 <= await mark("low", n) < await mark("high", 5),
        }
        total = 0
        while (await mark("test", total)) < n:
            for row in table["rows"]:
                for x, cell in [(await mark("i", 0), row[0]), (1, row[-1])]:
                    if cell if x else await mark("zero", True):
                        total += await double(cell) if cell % 2 else 1
                    else:
                        continue
                    if total > 6:
                        break
                else:
                    continue
                break
        return table, total


@agrees()
class ErrorsInComprehensionsInHandlers(Workflow):
    async def run(self):
        seen = []
        for values in [[1, 2], [1, 0], ["a"], [None, 0]]:
            try:
                seen = seen + [[10 // v for v in values if v is not None and v != 0]]
            except ZeroDivisionError:
                try:
                    seen = seen + [[await check(v, limit=0) for v in values]]
                except ValueError as error:
                    seen = seen + [error.args, [e for e in error.args if e != 1]]
            except TypeError as error:
                seen = seen + [[str_ for str_ in error.args]]
        return seen


@agrees()
class HelpersInConditionsOfLoops(Workflow):
    async def run(self):
        n, seen = 10, []
        while await self.more(n) and not self.enough(seen):
            n, seen = n - 3, seen + [n]
        else:
            seen = seen + ["end"]
        return n, seen, [x for x in range(8) if self.enough([x] * x)], self.enough([]) or await self.more(1)

    async def more(self, n):
        return await mark("more", n) > 0

    def enough(self, items):
        count = 0
        for _ in items:
            count += 1
        return count >= 3


@agrees()
class RecursionWithEverything(Workflow):
    async def run(self):
        return await self.walk({"n": 3, "left": {"n": 1}, "right": {"n": 4, "left": {"n": 2}, "right": {"n": 9}}}, ())

    async def walk(self, node, path):
        found = []
        for side in ("left", "right"):
            try:
                found = found + await self.walk(node[side], path + (side,))
            except KeyError as error:
                found = found + [(path, error.args[0])]
            if side == "left":
                try:
                    found = found + [await check(node["n"], limit=3)]
                except ValueError as error:
                    found = found + [error]
        return found


@agrees((0,), (1,), (2,), (3,))
class StateMachine(Workflow):
    async def run(self, failures):
        state, history, left = "start", (), failures
        while state != "done":
            history += (state,)
            if state == "start":
                state = "work" if await mark("begin", True) else "done"
            elif state == "work":
                try:
                    if left > 0:
                        left -= 1
                        await fail("outage" if left else "card", left)
                    state = "check"
                except ConnectionError:
                    await asyncio.sleep(0)
                except PaymentError as error:
                    history += (error.code,)
                    state = "check"
            else:
                state = "done" if history[-1] == "check" or failures < 3 else "work"
        return history, left


@agrees()
class GatherInTryInLoopInHelper(Workflow):
    async def run(self):
        return [await self.portion(items, strict) for items in ([1, 2], [1, 5, 2], []) for strict in (True, False)]

    async def portion(self, items, strict):
        for attempt in range(3):
            try:
                if strict:
                    results = await asyncio.gather(*[check(item, limit=attempt + 1) for item in items])
                else:
                    results = await asyncio.gather(*[check(item, limit=attempt) for item in items], return_exceptions=True)
            except ValueError as error:
                last = error
            else:
                return attempt, results
        return "gave up", last.args


@agrees(([3, 1, 2],), ([],), ([1],))
class MergeSort(Workflow):
    async def run(self, items):
        return await self.sort(items)

    async def sort(self, items):
        left, right, turn = [], [], True
        for item in items:
            if turn:
                left = left + [item]
            else:
                right = right + [item]
            turn = not turn
        if not right:
            return left
        a, b = await self.sort(left), await self.sort(right)
        merged, i, j = [], 0, 0
        while True:
            try:
                x, y = a[i], b[j]
            except IndexError:
                return merged + [a[k] for k in range(i, i + 100) if self.has(a, k)] + [b[k] for k in range(j, j + 100) if self.has(b, k)]
            if x <= y:
                merged, i = merged + [await echo(x)], i + 1
            else:
                merged, j = merged + [await echo(y)], j + 1

    def has(self, items, index):
        try:
            items[index]
        except IndexError:
            return False
        return True


@agrees()
class ShadowsEverywhere(Workflow):
    async def run(self):
        x = error = item = "outer"
        first = [x for x in [item for item in "ab"]]
        for x in first:
            try:
                raise KeyError(x)
            except KeyError as error:
                second = [error for error in error.args]
                third = [x for x in second if x == "b"] or [await echo(x) for x in second]
        try:
            error
        except NameError:
            error = self.shadow(x)
        return x, error, item, first, second, third

    def shadow(self, item):
        x = item
        return [y for item in range(2) for y in [item, x] if item]


@agrees((True,), (False,))
class UnboundOnOnePath(Workflow):
    async def run(self, flag):
        seen = []
        for n in range(2):
            try:
                if flag or n:
                    value = await echo(n)
                seen = seen + [value]
            except UnboundLocalError:
                seen = seen + ["unbound"]
            finally:
                if n:
                    late = [value]
        return seen, late


@agrees()
class LongRunWithHistory(Workflow):
    async def run(self):
        total, log = 0, []
        for day in range(12):
            await asyncio.sleep(0)
            orders = await numbers(day % 4)
            amounts = await asyncio.gather(*[add(order, day) for order in orders])
            for amount in amounts:
                try:
                    total += await check(amount, limit=9)
                except ValueError:
                    log = log + [(day, amount)]
                    if day > 10:
                        return "stopped", total, log
        return total, log


@agrees()
class ExceptionsAcrossSleepsAndHelpers(Workflow):
    async def run(self):
        caught = await self.catch()
        await asyncio.sleep(0.001)
        try:
            await self.again(caught)
        except CardDeclined as error:
            await asyncio.sleep(0.001)
            return error.code, error.card, [caught, error], caught.args == error.args

    async def catch(self):
        try:
            await fail("card", (1, 2.0))
        except PaymentError as error:
            await mark("caught", error.args)
            return error

    async def again(self, error):
        await asyncio.sleep(0.001)
        try:
            raise error
        finally:
            await mark("passing")


@agrees()
class ModelsAllTheWay(Workflow):
    async def run(self):
        users = await asyncio.gather(*[get_user(name, age=age) for name, age in [("ann", 3), ("bo", 1)]])
        oldest = users[0]
        for user in users:
            if user.age > oldest.age and user.address.street == "Main":
                oldest = user
        points = [await get_point(user.tags, user) for user in users if user.tags[1] != 3]
        return oldest, points, [point.y.name for point in points], {"first": users[0]}["first"].address.number
