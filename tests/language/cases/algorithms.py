"""Whole algorithms, and loops longer than one step of the engine."""

# fmt: off
from tests.language.actions import double, echo, mark, numbers
from tests.language.cases import agrees
from waymark import Workflow


@agrees(([3, 1, 2],), ([],), ([5, 5, 1, 4, 2, 8],), (["b", "a", "c"],))
class Sort(Workflow):
    """Selection without mutation."""

    async def run(self, items):
        result = []
        rest = items
        while rest:
            smallest = rest[0]
            for item in rest:
                if item < smallest:
                    smallest = item
            taken = False
            left = []
            for item in rest:
                if item == smallest and not taken:
                    taken = True
                else:
                    left = left + [item]
            result = result + [smallest]
            rest = left
        return result


@agrees((1,), (30,), (100,))
class Primes(Workflow):
    async def run(self, n):
        found = []
        for candidate in range(2, n):
            for prime in found:
                if candidate % prime == 0:
                    break
            else:
                found = found + [candidate]
        return found


@agrees((0,), (1,), (90,))
class Fibonacci(Workflow):
    async def run(self, n):
        a, b = 0, 1
        for _ in range(n):
            a, b = b, a + b
        return a


@agrees((48, 18), (17, 5), (10**30, 10**18 + 9), (0, 5))
class Euclid(Workflow):
    async def run(self, a, b):
        while b:
            a, b = b, a % b
        return a


@agrees()
class LongLoop(Workflow):
    """More rounds than one step of the engine makes."""

    async def run(self):
        total = 0
        for n in range(25_000):
            if n % 7 == 0:
                continue
            total += n
        return total


@agrees()
class LongWhile(Workflow):
    async def run(self):
        n = 0
        try:
            while True:
                n += 1
                if n == 21_000:
                    raise KeyError(n)
        except KeyError as error:
            return error.args


@agrees((7,), (1,), (0,))
class LoopOverStringsAndDicts(Workflow):
    async def run(self, n):
        counts = [(letter, 0) for letter in "ab"]
        text = "abba" * n
        for letter in text:
            counts = [(known, count + 1 if known == letter else count) for known, count in counts]
        prices = {"tea": 3, "milk": 2}
        total = 0
        for name in prices:
            total += prices[name]
        return counts, total


@agrees()
class LongLoopInHelper(Workflow):
    """The engine pauses inside of the helper, inside of `try`, and goes on."""

    async def run(self):
        try:
            return self.count(0), [x for x in range(3)]
        except ValueError as error:
            return error.args, self.count(1)

    def count(self, skip):
        total = 0
        for n in range(15_000):
            try:
                if n == 14_000 and not skip:
                    raise ValueError(total)
                total += n % 3
            finally:
                total += 1
        return total


@agrees((0,), (1,), (50,))
class Bisection(Workflow):
    async def run(self, wanted):
        low, high, steps = 0, 100, ()
        while low < high:
            middle = (low + high) // 2
            steps += (middle,)
            if await echo(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low, steps


@agrees(("(()())",), ("(()",), (")",), ("",))
class Parentheses(Workflow):
    async def run(self, text):
        depth = 0
        for position, letter in [(p, text[p]) for p in range(100) if self.has(text, p)]:
            depth += 1 if letter == "(" else -1
            if depth < 0:
                raise ValueError("unbalanced", position)
        return depth == 0

    def has(self, text, position):
        try:
            text[position]
        except IndexError:
            return False
        return True
