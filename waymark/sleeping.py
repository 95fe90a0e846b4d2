"""What every workflow inherits and the compiler compiles as if its author had written it."""

import asyncio
import datetime as dt


class Sleeper:
    """Sleeps of a body beside `asyncio.sleep`."""

    async def sleep_until(self, when: dt.datetime) -> None:
        """Sleep until a point in time, as `asyncio.sleep` does for a number of seconds; one that has passed is no wait.

        Raises:
            TypeError: `when` has no time zone.
        """
        await asyncio.sleep((when - dt.datetime.now(dt.UTC)).total_seconds())
