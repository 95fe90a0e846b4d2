-- Notifies the daemons that wait with free capacity, if there are any: a NOTIFY takes a database-wide lock at commit, so a busy
-- steady state must not pay it. Equal notifications of one transaction are one.
create or replace function waymark._wake_hungry() returns void
language plpgsql as $$
begin
  if exists (select from waymark.sessions where hungry) then
    perform pg_notify('waymark', '');
  end if;
end
$$;
comment on function waymark._wake_hungry() is 'Notifies waiting daemons that work may be ready.';
