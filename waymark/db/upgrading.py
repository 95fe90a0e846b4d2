"""What an upgrade needs besides its migrations, because daemons and clients go on meanwhile."""

from alembic import context
from alembic.script import ScriptDirectory

from waymark.db import bundle
from waymark.errors import EngineVersionError

LOCK_ENGINE = """
do $$
declare
  v_tables text := (
    select string_agg(format('waymark.%I', c.relname), ', '
                      order by array_position(array['sessions', 'workflows'], c.relname::text), c.relname)
      from pg_catalog.pg_class c
     where c.relnamespace = pg_catalog.to_regnamespace('waymark') and c.relkind = 'r' and c.relname <> 'schema_version');
  v_until timestamptz := clock_timestamp() + interval '60 seconds';
begin
  perform set_config('lock_timeout', '40ms', true);
  while v_tables is not null loop
    begin
      execute 'lock table ' || v_tables || ' in access exclusive mode';
      exit;
    exception when lock_not_available then
      if clock_timestamp() > v_until then
        raise exception using errcode = 'lock_not_available',
          message = 'the engine is in use: for a minute there was always a transaction that has called it and goes on',
          hint = 'End what pg_stat_activity shows as idle in transaction, and upgrade again.';
      end if;
    end;
    perform pg_sleep(0.1 * random());
  end loop;
  perform set_config('lock_timeout', '0', true);
end
$$;
"""
"""Takes all tables of the engine, if there is one, so that its functions change between two calls and not within one.

Calls that come meanwhile wait for the end of the upgrade. Each table is waited for so shortly that whoever holds one and
wants another never is the victim of a deadlock: the upgrade gives up, lets everybody go on, and tries again.
"""


def prepare(script: ScriptDirectory) -> None:
    """Refuse a database that a later version of this package has upgraded; hold the engine if it is to be upgraded now.

    Raises:
        EngineVersionError: its revision is none of this package's.
    """
    revision = context.get_context().get_current_revision()
    if revision is not None and revision not in known(script):
        message = f"the engine in this database is of revision {revision}, newer than this package, which brings {head(script)}"
        raise EngineVersionError(message, hint="Upgrade the waymark package; an engine is never downgraded.")
    if revision != head(script):
        bundle.run_script(LOCK_ENGINE)


def known(script: ScriptDirectory) -> set[str]:
    """The revisions that this package brings."""
    return {each.revision for each in script.walk_revisions()}


def head(script: ScriptDirectory) -> str:
    """The newest of them."""
    revision = script.get_current_head()
    assert revision is not None
    return revision
