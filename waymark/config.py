"""Every setting that the Python side reads, from the environment, in one place (docs/configuration.md).

Each is read when it is needed, not at import: a program may set them itself. An empty variable counts as not set.
"""

import logging
import os
import re

from waymark.errors import ConfigurationError

_DRIVER = re.compile(r"^(postgres(?:ql)?)\+\w+://")
_SCHEMES = re.compile(r"^postgres(?:ql)?://")
_MODULE = re.compile(r"^[^\W\d]\w*(\.[^\W\d]\w*)*$")
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "off": logging.CRITICAL + 1,
}


def database_url() -> str:
    """`WAYMARK_DATABASE_URL`: the database with the engine. A driver suffix (`postgresql+psycopg://`) is dropped."""
    variable, allowed = "WAYMARK_DATABASE_URL", "a database URL such as postgresql://user:password@host:5432/database"
    text = _get(variable)
    if text is None:
        raise ConfigurationError(f"{variable} is not set: it must be {allowed}.", variable)
    url = _DRIVER.sub(r"\1://", text)
    if _SCHEMES.match(url) is None:
        # Not repeated: it may hold a password.
        raise ConfigurationError(f"{variable} does not begin with postgresql://: it must be {allowed}.", variable)
    return url


def user_modules() -> list[str]:
    """`WAYMARK_USER_MODULE`: modules that a worker imports before it takes work, separated by commas."""
    variable = "WAYMARK_USER_MODULE"
    text = _get(variable)
    names = [] if text is None else [name.strip() for name in text.split(",")]
    if text is not None and not all(map(_MODULE.match, names)):
        raise _invalid(variable, text, "the dotted name of a Python module, or several separated by commas")
    return names


def skip_wait() -> bool:
    """`WAYMARK_SKIP_WAIT_FOR_INSTANCE`: `run()` returns None as soon as the run is queued."""
    variable = "WAYMARK_SKIP_WAIT_FOR_INSTANCE"
    text = _get(variable)
    if text is None or text.lower() in _FALSE:
        return False
    if text.lower() in _TRUE:
        return True
    raise _invalid(variable, text, "one of 1, true, yes, on, 0, false, no, off")


def log_level() -> int:
    """`WAYMARK_LOG_LEVEL` as a level of `logging`; default `info`."""
    variable = "WAYMARK_LOG_LEVEL"
    text = _get(variable) or "info"
    if text.lower() not in _LEVELS:
        raise _invalid(variable, text, "one of trace, debug, info, warning, error, off")
    return _LEVELS[text.lower()]


def _get(variable: str) -> str | None:
    return os.environ.get(variable, "").strip() or None


def _invalid(variable: str, value: str, allowed: str) -> ConfigurationError:
    return ConfigurationError(f'{variable} is "{value}": it must be {allowed}.', variable)
