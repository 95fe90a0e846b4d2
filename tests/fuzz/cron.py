"""Random cron expressions, and when they fire by trying every time of day: nothing here is shared with the engine."""

import calendar
import datetime as dt
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

UTC = dt.UTC
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
SET_BACK = dt.timedelta(hours=3)
"""More than any clock of the zones below is set back by."""
FAR = dt.timedelta(days=41 * 365)
"""How far the oracles look."""

Matches = Callable[[dt.date], bool]


@dataclass(frozen=True)
class Schedule:
    """An expression and what its fields say."""

    text: str
    seconds: list[int]
    minutes: list[int]
    hours: list[int]
    day: Matches
    month: set[int]
    weekday: Matches
    to_cronsim: bool
    """Whether cronsim has all of its constructs."""

    @property
    def fields(self) -> list[str]:
        return ["0", *self.text.split()][-6:]

    @property
    def elapsed(self) -> bool:
        return self.fields[1].startswith("*") or self.fields[2].startswith("*")

    def matches(self, date: dt.date) -> bool:
        days = self.day(date), self.weekday(date)
        both = self.fields[3][0] in "*?" or self.fields[5][0] in "*?"
        return date.month in self.month and (all(days) if both else any(days))

    def fires(self, after: dt.datetime, zone: ZoneInfo, count: int) -> list[dt.datetime]:
        """The first times after another."""
        begin = after.astimezone(zone).replace(tzinfo=None, microsecond=0) - SET_BACK
        found: set[dt.datetime] = set()
        enough = begin + FAR + 2 * SET_BACK
        for date in (begin.date() + dt.timedelta(days=n) for n in itertools.count()):
            if date > enough.date():
                break
            if not self.matches(date):
                continue
            hours = [h for h in self.hours if begin <= dt.datetime.combine(date, dt.time(h, 59, 59))]
            for hour, minute, second in itertools.product(hours, self.minutes, self.seconds):
                wall = dt.datetime.combine(date, dt.time(hour, minute, second))
                if wall > enough:
                    break
                if wall >= begin:
                    found.update(time for time in instants(wall, zone, self.elapsed) if after < time < after + FAR)
                    if len(found) >= count:
                        enough = min(enough, wall + SET_BACK)
        return sorted(found)[:count]


def instants(wall: dt.datetime, zone: ZoneInfo, elapsed: bool) -> list[dt.datetime]:
    """When the clocks show a time: at none, one or two instants, which are reduced to one unless time itself is followed."""
    read = sorted({wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)})
    shown = [time for time in read if time.astimezone(zone).replace(tzinfo=None) == wall]
    if elapsed:
        return shown
    # Zones have changed at whole minutes since 1972.
    return shown[:1] or instants(wall.replace(second=0) + dt.timedelta(minutes=1), zone, elapsed)


def length(date: dt.date) -> int:
    return calendar.monthrange(date.year, date.month)[1]


def nearest_weekday(day: int | None, date: dt.date) -> int | None:
    """The day from Monday to Friday, of the month of a date, that is nearest to a day of it (None: the last)."""
    if (day := day or length(date)) > length(date):
        return None
    candidates = [date.replace(day=d) for d in range(1, length(date) + 1)]
    return min((abs(c.day - day), c.day) for c in candidates if c.weekday() < 5)[1]


class Expressions:
    """A source of random schedules."""

    def __init__(self, seed: object) -> None:
        self.random = random.Random(f"{seed}")

    def schedule(self) -> Schedule:
        with_seconds = self.random.random() < 0.25
        second, seconds = self.numbers(0, 59, star=0.1) if with_seconds else ("0", {0})
        minute, minutes = self.numbers(0, 59, star=0.2)
        hour, hours = self.numbers(0, 23, star=0.3)
        day, on_day, plain_day = self.day()
        month, months = self.numbers(1, 12, star=0.7, names=dict(enumerate(MONTHS, 1)))
        weekday, on_weekday, plain_weekday = self.weekday()
        text = self.random.choice([" ", "  "]).join([second, minute, hour, day, month, weekday][not with_seconds :])
        if self.random.random() < 0.2:
            text = text.lower()
        times = sorted(seconds), sorted(minutes), sorted(hours)
        return Schedule(text, *times, on_day, months, on_weekday, plain_day and plain_weekday)

    def numbers(self, low: int, high: int, star: float, names: dict[int, str] | None = None) -> tuple[str, set[int]]:
        if self.random.random() < star:
            step = self.random.choice([1, 1, 2, 5, 7, 15, 20, high + 5])
            return ("*" if step == 1 else f"*/{step}"), set(range(low, high + 1, step))
        items = [self.item(low, high, names or {}) for _ in range(self.random.choice([1, 1, 1, 2, 3]))]
        return ",".join(text for text, _ in items), set().union(*(numbers for _, numbers in items))

    def item(self, low: int, high: int, names: dict[int, str]) -> tuple[str, set[int]]:
        def spell(number: int) -> str:
            return self.random.choice([str(number), names.get(number, f"{number:02}")])

        first, last = sorted(self.random.randint(low, high) for _ in range(2))
        step = self.random.randint(1, 9)
        match self.random.choice(["one", "one", "range", "range step", "one step"]):
            case "one":
                return spell(first), {first}
            case "range":
                return f"{spell(first)}-{spell(last)}", set(range(first, last + 1))
            case "range step" if first < last:  # cronsim reads 1-1/3 as 1/3
                return f"{spell(first)}-{spell(last)}/{step}", set(range(first, last + 1, step))
            case _:
                return f"{spell(first)}/{step}", set(range(first, high + 1, step))

    def day(self) -> tuple[str, Matches, bool]:
        n = self.random.randint(1, 30)
        match self.random.choice(["number"] * 5 + ["?", "L", "L-n", "W", "LW", "list"]):
            case "number":
                text, numbers = self.numbers(1, 31, star=0.6)
                return text, lambda date: date.day in numbers, True
            case "?":
                return "?", lambda date: True, False
            case "L":
                return "L", lambda date: date.day == length(date), True
            case "L-n":
                return f"L-{n}", lambda date: date.day == length(date) - n, False
            case "W":
                return f"{n}W", lambda date: date.day == nearest_weekday(n, date), False
            case "LW":
                return "LW", lambda date: date.day == nearest_weekday(None, date), True
            case _:
                return f"{n},L,LW", lambda date: date.day in {n, length(date), nearest_weekday(None, date)}, True

    def weekday(self) -> tuple[str, Matches, bool]:
        d, n = self.random.randint(0, 7), self.random.randint(1, 5)
        name = WEEKDAYS[d % 7]

        def is_it(date: dt.date) -> bool:
            return date.isoweekday() % 7 == d % 7

        match self.random.choice(["number"] * 5 + ["?", "last", "named last", "nth", "list"]):
            case "number":
                text, numbers = self.numbers(0, 7, star=0.6, names=dict(enumerate(WEEKDAYS)))
                return text, lambda date: not numbers.isdisjoint({date.isoweekday(), date.isoweekday() % 7}), True
            case "?":
                return "?", lambda date: True, False
            case "last":
                return f"{d}L", lambda date: is_it(date) and date.day + 7 > length(date), True
            case "named last":
                return f"{name}L", lambda date: is_it(date) and date.day + 7 > length(date), False
            case "nth":
                return f"{name}#{n}", lambda date: is_it(date) and (date.day + 6) // 7 == n, True
            case _:
                return f"{d}#{n},3", lambda date: (is_it(date) and (date.day + 6) // 7 == n) or date.weekday() == 2, True
