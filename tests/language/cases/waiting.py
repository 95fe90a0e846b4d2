"""`asyncio.wait` and `asyncio.as_completed`."""

# fmt: off
import asyncio

from tests.language.actions import check, double, echo, fail, slow, slow_fail
from tests.language.cases import agrees, agrees_in_any_order
from waymark import Workflow


@agrees_in_any_order()
class WaitForAll(Workflow):
    async def run(self):
        tasks = [asyncio.create_task(double(x)) for x in range(4)]
        done, pending = await asyncio.wait(tasks)
        return sorted([task.result() for task in done]), len(pending), [task in done for task in tasks]


@agrees_in_any_order()
class WaitForTheFirst(Workflow):
    async def run(self):
        fast, late = asyncio.create_task(slow("fast", 0.01)), asyncio.create_task(slow("late", 2))
        done, pending = await asyncio.wait({fast, late}, return_when=asyncio.FIRST_COMPLETED)
        found = [task.result() for task in done], len(pending), late in pending
        for task in pending:
            task.cancel()
        rest = await asyncio.gather(*pending, return_exceptions=True)
        return found, rest


@agrees()
class WaitForTheFirstFailure(Workflow):
    async def run(self):
        tasks = [asyncio.create_task(slow(1, 0.01)), asyncio.create_task(slow_fail("x", 0.3)), asyncio.create_task(slow("late", 2.5))]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        errors = [task.exception() for task in tasks if task in done and task.exception()]
        return len(done), len(pending), errors


@agrees()
class WaitWithTimeout(Workflow):
    async def run(self):
        task = asyncio.create_task(slow("value", 1.0))
        done, pending = await asyncio.wait([task], timeout=0.05)
        first = len(done), len(pending)
        done, pending = await asyncio.wait([task], timeout=None)
        return first, len(done), len(pending), task.result()


@agrees()
class WaitForNothing(Workflow):
    async def run(self):
        try:
            await asyncio.wait([])
        except ValueError as error:
            return error


@agrees_in_any_order()
class UntilNothingIsPending(Workflow):
    async def run(self):
        pending = {asyncio.create_task(check(x, limit=2)) for x in range(5)}
        results, errors = [], []
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if error is None:
                    results = results + [task.result()]
                else:
                    errors = errors + [error.args[1]]
        return sorted(results), sorted(errors)


@agrees_in_any_order()
class TasksAsKeys(Workflow):
    async def run(self):
        names = {asyncio.create_task(double(x)): x for x in range(3)}
        done, _ = await asyncio.wait(names)
        return sorted([(names[task], task.result()) for task in done])


@agrees_in_any_order()
class InOrderOfTheirEnds(Workflow):
    async def run(self):
        results = []
        for call in asyncio.as_completed([slow("third", 2.2), slow("first", 0.01), slow("second", 1.1)]):
            results = results + [await call]
        return results


@agrees_in_any_order()
class AsCompletedInAComprehension(Workflow):
    async def run(self):
        calls = [slow("second", 1.2), slow("first", 0.01)]
        first = [await call for call in asyncio.as_completed(calls)]
        tasks = [asyncio.create_task(double(1))]
        return first, [await future + 1 for future in asyncio.as_completed(tasks)], [await call for call in asyncio.as_completed([])]


@agrees_in_any_order()
class AsCompletedWithFailures(Workflow):
    async def run(self):
        seen = []
        for call in asyncio.as_completed([self.helper(0.01, True), self.helper(1.2, False), slow("later", 2.4)]):
            try:
                seen = seen + [await call]
            except ValueError as error:
                seen = seen + [error.args]
                continue
            finally:
                seen = seen + ["finally"]
        else:
            seen = seen + ["else"]
        return seen

    async def helper(self, seconds, failing):
        if failing:
            await slow_fail(seconds, seconds)
        return await slow(seconds, seconds)


@agrees_in_any_order()
class AsCompletedThatIsLeft(Workflow):
    async def run(self):
        for call in asyncio.as_completed([slow("late", 2), slow("first", 0.01)]):
            result = await call
            break
        return result


@agrees()
class AFailureLeavesTheOthers(Workflow):
    async def run(self):
        tasks = [asyncio.create_task(fail("key", "k")), asyncio.create_task(slow("kept", 0.2))]
        try:
            for task in tasks:
                await task
        except KeyError:
            return await tasks[1], await echo("end")
