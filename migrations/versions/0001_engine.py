"""The engine, from nothing."""

from waymark.db import bundle

revision = "0001"
down_revision = None


def upgrade() -> None:
    bundle.execute("0001_engine")


def downgrade() -> None:
    bundle.refuse_downgrade()
