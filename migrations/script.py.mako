"""${message}."""

from waymark.db import bundle

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Alter what has tables first, by hand-written statements; then replace the functions that changed."""
    bundle.execute("${up_revision}_${slug}")


def downgrade() -> None:
    bundle.refuse_downgrade()
