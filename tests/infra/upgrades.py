"""A next revision of the engine, made up: every function is replaced, a table has a new column, the API version is 2."""

import shutil
from pathlib import Path

import pytest

from waymark.db import bundle, install

REVISION = """
from waymark.db import bundle

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    bundle.run_script("set local role waymark_owner; alter table waymark.runs add column note text;")
    bundle.execute("9999_next")


def downgrade() -> None:
    bundle.refuse_downgrade()
"""


def function(path: str, text: str, oldest: int) -> str:
    """The next version of a function: its text is another one, and `hello` speaks API version 2, and `oldest` at least."""
    if path.endswith("/hello.sql"):
        text = text.replace("c_newest constant int := 1", "c_newest constant int := 2")
        text = text.replace("c_oldest constant int := 1", f"c_oldest constant int := {oldest}")
    return text.replace("\nbegin\n", "\nbegin\n  -- Revision 9999.\n", 1)


def next_package(folder: Path, patch: pytest.MonkeyPatch, oldest: int = 1) -> None:
    """Until the patch is undone `waymark.db.install` brings the revision, as if the next version of the package were there."""
    shutil.copytree(bundle.MIGRATIONS, folder, symlinks=False)
    head = install.head()
    (folder / "versions/9999_next.py").write_text(REVISION.format(head=head))
    functions = {path: text for path, text in bundle.sources().items() if path.startswith("functions/")}
    sections = [f"-- file: {path}\n{function(path, text, oldest)}" for path, text in functions.items()]
    own = [f"-- file: grants.sql\n{bundle.sources()['grants.sql']}"]
    (folder / "bundles/9999_next.sql").write_text("-- Made up.\n" + "".join(sections + own))
    patch.setattr(bundle, "MIGRATIONS", folder)
    patch.setattr(bundle, "BUNDLES", folder / "bundles")
    patch.setattr(install, "MIGRATIONS", folder)
