"""Bundles: the frozen copy of `sql/` that each migration carries.

`sql/` is the source and changes freely; a migration must do tomorrow what it did when it was released. So each revision
executes `migrations/bundles/<revision>.sql`, a copy of the files that it changed, one section a file. The newest bundle
is made anew from `sql/` (`make bundle`) until it is released: then its hash is in `released.sha256` and the next change
needs a new revision. `problems` proves both: all bundles together equal `sql/`, and no released one has changed.

Both folders are found beside this module: in a checkout through the links `waymark/db/sql` and `waymark/db/migrations`,
in a wheel as files.
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from alembic import context

from waymark.errors import WaymarkError

SQL = Path(__file__).parent / "sql"
MIGRATIONS = Path(__file__).parent / "migrations"
BUNDLES = MIGRATIONS / "bundles"
RELEASED = BUNDLES / "released.sha256"

# `cat` of sql/ in this order is the whole installation (sql/README.md).
INSTALL_ORDER = ("roles.sql", "schema/*.sql", "functions/**/*.sql", "views/*.sql", "grants.sql")
SECTION = re.compile(r"^-- file: (\S+)\n", re.MULTILINE)


class BundleError(WaymarkError):
    """A bundle is missing, released, or not what it should be."""


def sources() -> dict[str, str]:
    """The files of `sql/` by their path inside it, in install order."""
    paths = [path for pattern in INSTALL_ORDER for path in sorted(SQL.glob(pattern))]
    return {path.relative_to(SQL).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def names() -> list[str]:
    """Names of the bundles, oldest first."""
    return sorted(path.stem for path in BUNDLES.glob("*.sql"))


def read(name: str) -> dict[str, str]:
    """The files of one bundle, in install order; the text is empty for a file that the revision removed."""
    _, *parts = SECTION.split((BUNDLES / f"{name}.sql").read_text(encoding="utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def head(before: str | None = None) -> dict[str, str]:
    """What all bundles (those older than `before`) say together: the newest text of each file."""
    files: dict[str, str] = {}
    for name in names():
        if before is None or name < before:
            files |= read(name)
    return {path: text for path, text in files.items() if text}


def make() -> Path:
    """Write the newest bundle anew: what `sql/` changed since the bundle before it."""
    revisions = sorted(path.stem for path in (MIGRATIONS / "versions").glob("*.py"))
    name = revisions[-1]
    if name in _released():
        message = f"{name} is released and never changes; make a new revision first: alembic revision -m '…'"
        raise BundleError(message)
    now, before = sources(), head(before=name)
    changed = {path: text for path, text in now.items() if before.get(path) != text}
    changed |= dict.fromkeys(before.keys() - now.keys(), "")
    path = BUNDLES / f"{name}.sql"
    title = f"-- Revision {name}: a frozen copy of the files of sql/ that it changed. Made by `make bundle`; do not edit.\n"
    path.write_text(title + "".join(f"-- file: {file}\n{text}" for file, text in changed.items()), encoding="utf-8")
    return path


def release() -> None:
    """Freeze the newest bundle: from now on its hash may not change."""
    newest = names()[-1]
    if newest not in _released():
        with RELEASED.open("a", encoding="utf-8") as file:
            file.write(f"{_hash(newest)}  {newest}.sql\n")


def problems() -> list[str]:
    """What is wrong with the bundles, one sentence each; empty when they are sound."""
    found = [
        f"released bundle {name} has changed: restore it and put the change into a new revision"
        for name, recorded in _released().items()
        if not (BUNDLES / f"{name}.sql").exists() or _hash(name) != recorded
    ]
    now, bundled = sources(), head()
    stale = sorted(path for path in now.keys() | bundled.keys() if now.get(path) != bundled.get(path))
    if stale:
        found.append(f"the newest bundle is not sql/, run `make bundle`: {', '.join(stale)}")
    return found


def execute(name: str) -> None:
    """Run a bundle inside its migration.

    `roles.sql` has run before every migration (migrations/env.py). Files of `schema/` create tables, so only the first
    revision runs them; a later one alters tables by its own statements and carries the files as the record of the result.
    """
    first = name == names()[0]
    for path, text in read(name).items():
        if path != "roles.sql" and (first or not path.startswith("schema/")):
            run_script(text)


def run_script(sql: str) -> None:
    """Send SQL to the database as it is (`%` and `:name` have no meaning), or print it in offline mode."""
    if not sql.strip():
        return
    if context.is_offline_mode():
        context.get_context().impl.static_output(sql)
    else:
        context.get_bind().exec_driver_sql(sql, execution_options={"no_parameters": True})


def refuse_downgrade() -> None:
    """Migrations go forward only: going back would drop what runs need."""
    message = "Waymark's migrations go forward only; to go back, restore a backup from before the upgrade"
    raise BundleError(message)


def _hash(name: str) -> str:
    return hashlib.sha256((BUNDLES / f"{name}.sql").read_bytes()).hexdigest()


def _released() -> dict[str, str]:
    lines = (line.split() for line in RELEASED.read_text(encoding="utf-8").splitlines())
    return {file.removesuffix(".sql"): recorded for recorded, file in lines}


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m waymark.db.bundle make|check|release`, for a checkout."""
    parser = argparse.ArgumentParser(prog="python -m waymark.db.bundle", description="The bundles of migrations/.")
    parser.add_argument("command", choices=("make", "check", "release"))
    command = parser.parse_args(arguments).command
    try:
        if command == "make":
            print(f"wrote {make().name}")
        elif command == "release":
            release()
        found = problems()
    except BundleError as error:
        found = [str(error)]
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
