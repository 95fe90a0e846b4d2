"""Settings, and that docs/configuration.md says what both readers do."""

import logging
import re
from pathlib import Path

import pytest

from waymark import ConfigurationError, config

ROOT = Path(__file__).resolve().parents[2]
RUST = (ROOT / "rust_scheduler/src/config.rs").read_text().split("#[cfg(test)]")[0]
PYTHON = (ROOT / "waymark/config.py").read_text()
SETTINGS, NOT_NEEDED = (ROOT / "docs/configuration.md").read_text().split("## Not needed")


def rows(table: str) -> dict[str, list[str]]:
    found = re.findall(r"^\| `(WAYMARK_\w+)` \|(.*)\|$", table, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in found}


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    read = set(re.findall(r'"(WAYMARK_\w+)"', RUST + PYTHON))
    assert set(rows(SETTINGS)) == read
    assert not read & set(rows(NOT_NEEDED))


def test_documented_ranges_and_defaults_are_those_of_the_daemon() -> None:
    numbers = re.findall(r'"(WAYMARK_\w+)", ([\d_]+)\.\.=([\d_]+), (\w+)', RUST)
    assert len(numbers) >= 9
    for name, low, high, default in numbers:
        _, documented_default, allowed, _ = rows(SETTINGS)[name]
        assert allowed.startswith(f"{int(low)} to {int(high)}"), name
        if default.replace("_", "").isdigit() and documented_default != "never":
            assert documented_default == str(int(default)), name


def read_all() -> None:
    for read in (config.user_modules, config.skip_wait, config.log_level, config.database_url):
        read()


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("WAYMARK_USER_MODULE", "app.main, 1x", '"app.main, 1x": it must be the dotted name'),
        ("WAYMARK_SKIP_WAIT_FOR_INSTANCE", "maybe", '"maybe": it must be one of 1, true'),
        ("WAYMARK_LOG_LEVEL", "loud", '"loud": it must be one of trace'),
        ("WAYMARK_DATABASE_URL", "mysql://secret@x", "must be a database URL"),
        ("WAYMARK_DATABASE_URL", " ", "is not set: it must be a database URL"),
    ],
)
def test_a_wrong_value_is_named(variable: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as caught:
        read_all()
    assert caught.value.variable == variable
    assert variable in str(caught.value)
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_values(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "USER_MODULE", "SKIP_WAIT_FOR_INSTANCE", "LOG_LEVEL"):
        monkeypatch.delenv(f"WAYMARK_{name}", raising=False)
    assert (config.user_modules(), config.skip_wait(), config.log_level()) == ([], False, logging.INFO)
    monkeypatch.setenv("WAYMARK_USER_MODULE", "app.actions, other")
    monkeypatch.setenv("WAYMARK_SKIP_WAIT_FOR_INSTANCE", "True")
    monkeypatch.setenv("WAYMARK_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("WAYMARK_DATABASE_URL", "postgresql+psycopg://u:p@h/d")
    assert config.user_modules() == ["app.actions", "other"]
    assert (config.skip_wait(), config.log_level()) == (True, logging.WARNING)
    assert config.database_url() == "postgresql://u:p@h/d"
