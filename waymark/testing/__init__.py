"""Tests of workflows on a real engine, in milliseconds: a pytest plugin (docs/testing.md).

pytest_plugins = ["waymark.testing"]  # in the conftest.py at the root of the tests

async def test_reminder(waymark_engine):
    waymark_engine.stub(send_mail)
    assert await Reminder().run("Ann") == "reminded after 30 days"

PYTEST_DONT_REWRITE: a conftest.py may import from here before pytest loads the plugin.
"""

from waymark.errors import ActionNotLoaded, ActionStuck, NotATestDatabase, RunStuck
from waymark.testing.database import install, load_engine
from waymark.testing.doubles import Call
from waymark.testing.engine import WaymarkEngine
from waymark.testing.fixtures import (
    _waymark_databases,  # pyright: ignore[reportPrivateUsage] - pytest finds fixtures by the names of the plugin's module
    waymark_database_url,
    waymark_engine,
    waymark_epoch,
    waymark_server,
    waymark_template,
)

__all__ = [
    "ActionNotLoaded",
    "ActionStuck",
    "Call",
    "NotATestDatabase",
    "RunStuck",
    "WaymarkEngine",
    "_waymark_databases",
    "install",
    "load_engine",
    "waymark_database_url",
    "waymark_engine",
    "waymark_epoch",
    "waymark_server",
    "waymark_template",
]
