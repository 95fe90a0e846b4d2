"""docs/retries.md is true: its program runs and gives what the page says; its table names what policies have."""

import ast
import dataclasses
import re
import sys
from pathlib import Path

import psycopg
import pytest

from tests.cluster import ROOT
from tests.language.harness import Engine
from waymark import BackoffPolicy, RetryPolicy

PAGE = (ROOT / "docs/retries.md").read_text()


async def test_the_program_runs(connection: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "retries_app.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    import retries_app  # type: ignore[import-not-found]

    found = re.search(r"`Billing\(\)\.run\((.*?)\)` is `(.*?)`", PAGE)
    assert found is not None
    amounts, expected = (ast.literal_eval(text) for text in found.groups())
    try:
        assert await Engine(connection).run(retries_app.Billing, amounts) == expected
        assert await retries_app.Billing().run_inline(amounts) == expected
    finally:
        del sys.modules["retries_app"]


def test_the_table_has_every_field() -> None:
    for policy in (RetryPolicy, BackoffPolicy):
        for field in dataclasses.fields(policy):
            assert f"`{field.name}`" in PAGE
