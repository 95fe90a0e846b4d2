"""Every construct in every surrounding: a module for each construct, with a workflow for each surrounding.

Constructs stand under their names: a few lines that read `n`, `xs`, `d` and `text` and set `r`. What is between « and » is
awaited, from an action that gives it back. Many raise where `n` is 0.
"""

import itertools
import re
import textwrap

HEAD = """\
import asyncio
import dataclasses
import datetime as dt
import decimal
import enum
import functools
import math
import uuid

import pydantic

from tests.language.actions import CardDeclined, Color, Outage, PaymentError, Point, User, add, check, double
from tests.language.actions import echo, fail, get_user, mark, numbers, slow
from waymark import RetryPolicy, Workflow

LIMIT, TABLE = 3, {"a": (1, 2)}


class Parts(Workflow):
    FACTOR = 10

    def __init__(self):
        self.scale = 3

    def half(self, n):
        return n // 2

    async def later(self, n, *rest, factor=2, **options):
        return [await double(n), rest, factor, options]

    @staticmethod
    def area(width, height=2):
        return width * height

    @classmethod
    def tagged(cls, n):
        return cls.FACTOR * n

    @property
    def tenfold(self):
        return self.scale * 10

    async def down(self, n):
        return 0 if n <= 0 else 1 + await self.down(n - 1)
"""

_TEXT = """\
# --- Assignment

# name
r = «n»

# chained
r = s = «[n]»
r = r, s

# annotated
r: int = «n»

# unpacking
a, (b, *c) = «n», «xs»
r = a, b, c

# starred in the middle
a, *b, c = «xs»
r = a, b, c

# swap
a, b = n, «7»
a, b = b, a
r = a, b

# augmented
r = n
r += «2»
r *= «3»
r -= 1
r //= «2»
r **= 2
r %= 7
r <<= 2
r |= 1
r ^= 3
r &= 6
r >>= 1

# augmented by division
r = 6
r /= «n»

# augmented list
r = [n]
r += «xs»
r *= «2»

# augmented element
r = {'k': [1, n]}
r['k'][«1»] += «5»

# augmented attribute
r = Point(n)
r.y += «5»

# element
r = {}
r[«n»] = «'v'»

# nested element
r = {'a': [{}]}
r['a'][0][«n»] = «xs»

# slice
r = list(xs)
r[«0»:«2»] = «[n, n, n]»

# attribute
r = Point(1)
r.x = «n»

# attribute of a model
r = User(name='a')
r.age = «n»

# several targets
r = [0, 0]
r[0], r[1] = «n», «text»

# del element
r = dict(d)
del r[«'a'»]
r = r, n

# del slice
r = list(xs)
del r[«n»:]

# del name
s = «n»
del s
r = n

# del name read again
s = «n»
if n != 1:
    del s
r = s

# walrus
r = (s := «n») + s * 2

# walrus in a condition
if (s := «n») > 1 and (t := «s») < 5:
    r = s, t
else:
    r = s

# assert
assert «n» != 0, «'zero'»
r = n

# --- Flow

# if
if «n» > 1:
    r = 'many'
elif «n»:
    r = 'one'
else:
    r = 'none'

# nested if
r = None
if «n»:
    if «n» > 1:
        r = «1»
    else:
        pass

# while
r, i = [], 0
while i < «n»:
    i += 1
    r.append(«i»)

# while else
i = «n»
while i:
    i -= 1
    if i == «0»:
        r = 'broke'
        break
else:
    r = 'ended'

# while true
i = 0
while True:
    i = «i» + 1
    if i > n:
        break
r = i

# for
r = 0
for x in «xs»:
    r += «x»

# for else
for x in «xs»:
    if x == «n»:
        r = 'found'
        break
else:
    r = 'none'

# for continue
r = []
for x in xs:
    if x == «n»:
        continue
    r.append(«x»)

# for unpacking
r = []
for k, (a, *b) in [(1, «xs»), (2, 'ab')]:
    r += [k, a, b]

# for over a str
r = ''
for c in «text»:
    r = c + r

# for over a dict
r = []
for k in «d»:
    r.append(k)

# for over items
r = []
for k, v in «d».items():
    r.append((k, «v»))

# for over keys
r = [n]
for k in d.keys():
    r.append(«k»)

# for over values
r = n
for v in d.values():
    r += «v»

# for over a range
r = []
for i in range(«n», 5, «2»):
    r.append(i)

# for over a range backwards
r = []
for i in range(«n», -3, -1):
    r.append(«i»)

# for over enumerate
r = []
for i, x in enumerate(«xs», start=«n»):
    r.append((i, «x»))

# for over zip
r = []
for a, b in zip(«xs», «text»):
    r.append((a, «b»))

# for over zip strict
r = []
for a, b in zip(xs, range(«n»), strict=True):
    r.append(«a»)

# for over reversed
r = []
for x in reversed(«xs»):
    r.append(«x»)

# for over sorted
r = []
for x in sorted(«xs»):
    r.append(«x»)

# for over a set
r = 0
for x in {1, 2, «n»}:
    r += x

# for over bytes
r = []
for x in b'ab':
    r.append(x + «n»)

# for over map
r = []
for x in map(str, «xs»):
    r.append(x)

# for over an action's result
r = []
for x in await numbers(n):
    r.append(«x»)

# nested loops
r = []
for a in range(3):
    for b in range(3):
        if b > «n»:
            break
        if a == b:
            continue
        r.append((a, b))
    else:
        r.append('all')

# the list grows in its loop
r = [n]
for x in r:
    if len(r) < 4:
        r.append(«x» + 1)

# return in a loop
for x in xs:
    if x > «n»:
        return 'returned', x
r = 'end'

# match literals
match «n»:
    case 0 | 1:
        r = 'few'
    case int(x) if x > «1»:
        r = x
    case _:
        r = None

# match sequences
match «[n, *xs]»:
    case [0, *_]:
        r = 'zero'
    case [a, b, *rest]:
        r = a, b, rest

# match mappings
match «d | {'n': n}»:
    case {'n': 0}:
        r = 0
    case {'a': a, **rest}:
        r = a, rest

# match classes
match «Point(n, 5)»:
    case Point(0, y):
        r = y
    case Point(x=x) as p:
        r = x, p

# match guard that raises
match n:
    case x if 1 / «x» > 0.6:
        r = 'guard'
    case _:
        r = 'rest'

# --- Errors

# raise
if n == 0:
    raise ValueError(«'bad'», n)
r = n

# raise from
try:
    r = 1 // «n»
except ZeroDivisionError as e:
    raise KeyError(«n») from e

# raise again
try:
    r = 1 // n
except ZeroDivisionError:
    await mark('seen')
    raise

# except
try:
    r = 1 // «n»
except ZeroDivisionError as e:
    r = str(e), e.args, «'z'»

# except by base class
try:
    r = 1 // «n»
except (KeyError, ArithmeticError) as e:
    r = isinstance(e, ZeroDivisionError)

# except of an action
try:
    r = await fail('card' if n else 'key', n)
except PaymentError as e:
    r = e.code, e.card, str(e)
except KeyError as e:
    r = e.args

# except that does not match
try:
    r = [1][«n»]
except KeyError:
    r = 'key'

# except else
try:
    s = 1 // «n»
except ZeroDivisionError:
    r = 'z'
else:
    r = 'else', «s»

# finally
r = [n]
try:
    r.append(1 // «n»)
finally:
    r.append(«'f'»)

# finally without an error
try:
    r = «n»
finally:
    await mark('end', n)

# all of try
s = []
try:
    s.append(«'t'»)
    s.append(1 // n)
except ZeroDivisionError:
    s.append(«'x'»)
else:
    s.append(«'e'»)
finally:
    s.append(«'f'»)
r = s

# return in try
try:
    if n:
        return 'returned', «n»
    r = 'fell'
finally:
    await mark('f')

# return in finally
r = n
try:
    1 // «n»
finally:
    if n == 0:
        return 'swallowed'

# break in finally
r = 0
for i in range(3):
    try:
        r += 1 // «n»
    finally:
        if i == 1:
            break

# continue in try
r = []
for i in range(3):
    try:
        if i == «n»:
            continue
        r.append(i)
    finally:
        r.append(«'f'»)

# nested try
try:
    try:
        r = 1 // «n»
    except KeyError:
        r = 'wrong'
    finally:
        await mark('inner')
except ZeroDivisionError:
    r = 'outer'

# error in a handler
try:
    try:
        r = 1 // n
    except ZeroDivisionError:
        r = {}[«n»]
except KeyError as e:
    r = e.args, «'k'»

# cause
try:
    try:
        r = 1 // n
    except ZeroDivisionError as e:
        raise ValueError(«n») from e
except ValueError as e:
    r = repr(e.__cause__)

# except star
r = []
try:
    raise ExceptionGroup('g', [ValueError(«n»), KeyError(n)])
except* ValueError as g:
    r.append(len(g.exceptions))
except* KeyError:
    r.append(«'k'»)

# exceptions as values
e = ValueError(«n», 'x')
r = e.args, str(e), isinstance(e, Exception)

# unbound variable
if «n»:
    s = 1
r = s

# the name of a handler is unbound behind it
e = 1
try:
    1 // «n»
except ZeroDivisionError as e:
    pass
r = e

# --- Operators

# arithmetic
r = «n» + 1, «n» - 5, «n» * 2.5, «7» // 2, -«7» % 3, 2 ** «n», «n» << 3, «n» & 1, «n» | 4, «n» ^ 1, ~«n», -«n», +«n»

# division
r = 1 / «n»

# large integers
r = («n» + 10**20) ** 3 // 7, (10**30 % («n» + 3))

# floats
r = «n» + 0.1 + 0.2, 1e308 * «n», -0.0 * «n», 7.5 // 2

# comparison
r = «n» < 1, «n» <= 1.0, «n» == True, «n» != 0, (1, «n») > (1, 1), [«n»] >= [1]

# chained comparison
r = 0 < «n» < «2» <= 2, 1 < «0» < 1 / n if n else 'z'

# in
r = «n» in xs, «'b'» in text, «n» not in d, «'a'» in d

# is
r = «None» is None, n is not None, (n == 1) is True

# and or not
r = «n» and «5», «n» or «6», not «n», n and «xs» or «'empty'»

# short circuit
r = n != 0 and 1 // «n», n == 0 or «1» // n

# ternary
r = «'yes'» if «n» else «'no'»

# order of evaluation
r = [«1», n, «2»] + [«3» if n else «4»] + [«xs»[«0»]]

# --- Values

# displays
r = [«n», *«xs»], (n, *«text»), {«n», 1}, {«'k'»: «n», **«d», 'z': 1}

# literals
r = «b'x'», 1.5e10, 'ä', None, True, (), [], {}, 0xff, -1

# f-string
r = f'{«n»:>4}|{«text»!r}|{1 / 3:.{«3»}f}|{n=}'

# subscripts
r = «xs»[«-1»], «text»[0], «d»['a'], TABLE['a'][1]

# missing element
r = «xs»[«n» + 2]

# missing key
r = «d»[«'ab'»[n]]

# slices
r = «xs»[«n»:], «text»[::-1], «(1, 2, 3)»[:«-1»]

# list comprehension
r = [«x» * n for x in «xs» if «x» != n]

# nested comprehension
r = [[a * b for b in range(«a»)] for a in xs]

# comprehension of two loops
r = [(a, b) for a in range(«3») if a != «n» for b in range(a) if b != 5]

# set comprehension
r = {«x» % 2 for x in xs}

# dict comprehension
r = {«x»: «n» for x in xs}

# comprehension that raises
r = [x // «n» for x in xs]

# generator expression
r = sum(x * n for x in «xs»), any(x == n for x in xs), max((x for x in xs if x > n), default=None)

# --- Builtins, methods

# len and sum
r = len(«xs»), sum(«xs», «n»), min(«xs»), max(«n», 1), abs(-«n»), round(«2.567», «n»), divmod(7, «3»), pow(2, «n»)

# sorted
r = sorted(«xs», reverse=True), sorted(«d», key=lambda k: -d[k]), min(xs, key=lambda x: abs(x - n)), max([], default=«n»)

# conversions
r = int(«'7'») + n, float(«n»), str(«n»), bool(«n»), list(«text»), tuple(«xs»), set(«xs»), dict(a=«n»), repr(«text»)

# conversion that fails
r = int(«text»[0] if n else '7')

# map and filter
r = list(map(lambda x: x * 2, «xs»)), list(filter(None, [«n», 1])), list(zip(«xs», text)), list(enumerate(«text»))

# any and all
r = any([«n», 0]), all([«n», 1]), isinstance(«n», int), isinstance(«n», (str, float))

# str methods
r = «text».upper(), «text».split(), '-'.join([«text», 'x']), text.replace('b', «'c'»), '{}:{k}'.format(«n», k=1)

# list methods
r = list(xs)
r.append(«n»)
r.extend(«[7, 8]»)
r.insert(«0», 9)
r.remove(«3»)
s = r.pop(), r.pop(«0»)
r.sort()
r.reverse()
r = r, s, r.index(«2»), r.count(«1»)

# dict methods
r = dict(d)
r.update({«'c'»: n}, e=«5»)
r.setdefault(«'l'», []).append(«n»)
s = r.pop(«'a'»), r.get('q', «0»), list(r.items())
r = r, s

# dict pop of a missing key
r = dict(d)
r.pop(«'a'»)
if n == 0:
    r.pop(«'a'»)

# set methods
r = {1, «n»}
r.add(«5»)
r.discard(«1»)
r |= {«7»}
s = r & {5}, r - {«n»}, r.union(«xs»)
r = r, s

# bytes and tuple methods
r = «b'ab'».decode(), «text».encode(), «(1, 2, 1)».count(1), (1, «n»).index(«n»)

# math
r = math.floor(«2.5»), math.isclose(«0.1» + 0.2, 0.3), math.sqrt(«4») * n, math.pi

# --- Models

# models
r = User(name=«text», age=«n», tags=[«1»])
r = r, r.name, r.tags[0], r.age

# model that refuses
try:
    r = User(name=«n», age='x')
except ValueError:
    r = 'refused'

# model copies
s = User(name='a', age=«n»)
r = s.model_copy(update={'age': «5»}), s.model_dump()

# dataclasses
r = Point(«n», y=«2»)
r = r, r.x, r == Point(n, 2), dataclasses.replace(r, x=«5»)

# enum members
s = «Color.RED»
r = s, s.value, s.name, s is Color.RED, Color(«'red'»), Color['GREEN'] == s

# dates
s = dt.datetime(2024, 2, 28) + dt.timedelta(days=«n»)
r = s, s.isoformat(), s.date(), s > dt.datetime(2024, 2, 28)

# decimals
r = decimal.Decimal(«'1.10'») * n, decimal.Decimal(«n») == n

# uuids
s = uuid.UUID(int=«n»)
r = s, str(s), s.int

# model of an action
s = await get_user(text, age=n)
r = s.name, s.address.street, s.tags

# --- Names and calls

# constants
r = LIMIT * «n», TABLE, Color.GREEN, math.inf > n

# self
r = self.scale * «n», self.FACTOR, self.tenfold

# self is changed
self.scale += «n»
r = self.scale

# helpers
r = self.half(«n»), self.area(«n», height=«3»), self.tagged(«n»), Parts.area(n)

# async helpers
r = await self.later(«n», *«xs», factor=«5», **«d»)

# recursion
r = await self.down(«n»)

# actions
r = await add(«n», b=«2»), await add(await double(n), await double(await double(n)))

# actions with unpacking
r = await add(*«[n, 1]»), await add(**«{'a': n, 'b': 2}»)

# policies
r = await self.run_action(double(«n»), retry=RetryPolicy(attempts=«2»), timeout=«30»)

# sleep
await asyncio.sleep(«0»)
r = await asyncio.sleep(0.001, «n»)

# --- Concurrency

# gather
r = await asyncio.gather(double(n), self.later(«1»), add(1, 2))

# gather of a comprehension
r = await asyncio.gather(*[double(x) for x in «xs» if x != n])

# gather of a generator
r = await asyncio.gather(*(double(x) for x in xs))

# gather of a variable
s = [double(x) for x in range(«n»)]
s.append(add(1, «2»))
r = await asyncio.gather(*s)

# gather with exceptions
r = await asyncio.gather(check(n), check(«5»), double(1), return_exceptions=True)

# gather that raises
r = await asyncio.gather(check(3 if n == 0 else 1), double(«1»))

# gather of nothing
r = await asyncio.gather(*[double(x) for x in «[]»]), n

# gather of gathers
r = await asyncio.gather(asyncio.gather(double(«n»), double(2)), self.down(1))

# tasks
s = asyncio.create_task(double(«n»))
t = asyncio.create_task(self.down(2))
r = await s, await t, s.done()

# task that raises
s = asyncio.create_task(check(3 if n == 0 else 1))
r = await s

# task group
async with asyncio.TaskGroup() as g:
    s = [g.create_task(double(x)) for x in «xs»]
r = [x.result() for x in s], n

# task group that fails
r = 0
try:
    async with asyncio.TaskGroup() as g:
        g.create_task(check(3 if n == 0 else 1))
        await double(1)
except* ValueError as e:
    r = len(e.exceptions)

# wait for
r = await asyncio.wait_for(double(«n»), timeout=«5»)

# wait for too long
try:
    r = await asyncio.wait_for(asyncio.sleep(60 if n else 0), timeout=0.02)
except TimeoutError:
    r = «'late'»

# timeout
async with asyncio.timeout(«5»):
    r = await double(«n»)

# timeout that fires
try:
    async with asyncio.timeout(0.02):
        await asyncio.sleep(60 if n else 0)
    r = 'in time'
except TimeoutError:
    r = «'late'»

# wait
s = [asyncio.create_task(double(x)) for x in «xs»]
a, b = await asyncio.wait(s)
r = len(a), len(b), [x.result() for x in s], n

# as completed
r = []
for x in asyncio.as_completed([double(«n»)]):
    r.append(await x)

# semaphore
s = asyncio.Semaphore(«1»)
async with s:
    r = await double(«n»)
"""
CONSTRUCTS = dict(re.findall(r"^# (?!---)(.+)\n((?:[^#\n].*\n)+)", _TEXT, re.MULTILINE))

# A surrounding: the members of the class around the construct, which stands for ■ at its own indentation.
PARAMETERS = "n, xs, d, text"
SURROUNDINGS = {
    "awaited": f"""\
async def run(self, {PARAMETERS}):
    ■
    return r""",
    "loop": f"""\
async def run(self, {PARAMETERS}):
    results = []
    for n in [1, 2, n]:
        ■
        results = [*results, r]
    return results""",
    "error": f"""\
async def run(self, {PARAMETERS}):
    seen = None
    try:
        ■
    except (ArithmeticError, LookupError, ValueError, AssertionError, NameError) as error:
        seen = type(error).__name__, error.args
        r = "error"
    else:
        seen = "else"
    finally:
        await mark("finally", n)
    return r, seen""",
    "helper": f"""\
async def run(self, {PARAMETERS}):
    try:
        return "first", await self.part({PARAMETERS}), n
    except (ArithmeticError, PaymentError) as error:
        return error.args, await self.part(1, xs, d, text=text)

async def part(self, {PARAMETERS}):
    ■
    return r""",
    "branch": f"""\
async def run(self, {PARAMETERS}):
    return await asyncio.gather(self.part({PARAMETERS}), double(3), self.part(1, xs, d, text), return_exceptions=True)

async def part(self, {PARAMETERS}):
    ■
    return r""",
}
ARGUMENTS = [3, 1, 2], {"a": 1, "b": 2}, "Ab c"


def names() -> list[tuple[str, str]]:
    """Construct and surrounding of every program."""
    return list(itertools.product(CONSTRUCTS, SURROUNDINGS))


def identifier(name: str) -> str:
    """The name of a module or class."""
    return re.sub(r"\W", "_", name)


def module(construct: str) -> str:
    """The text of the module with a workflow for each surrounding of a construct."""
    return "\n\n".join([HEAD, *[_workflow(construct, surrounding) for surrounding in SURROUNDINGS]])


def _workflow(construct: str, surrounding: str) -> str:
    lines = CONSTRUCTS[construct].replace("«", "(await echo(").replace("»", "))")

    def placed(match: re.Match[str]) -> str:
        return textwrap.indent(lines, match[1])

    members = re.sub(r"^( *)■", placed, SURROUNDINGS[surrounding], flags=re.MULTILINE)
    return f"class {identifier(surrounding)}(Parts):\n{textwrap.indent(members, '    ')}\n"
