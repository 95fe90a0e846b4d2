-- Public functions run with the owner's rights, so none may look names up where its caller can put them; internal ones have the rights of who calls them.
create or replace function waymark._examine_functions() returns setof waymark.finding
language plpgsql stable as $$
begin
  return query
    select 'functions', 'failure', format('%s %s', p.oid::regprocedure, case when not r.public then 'runs with the rights of its owner'
             when not p.prosecdef then 'does not run with the rights of its owner' else 'has no pinned search_path' end),
           'Somebody has altered it: install this version of the engine again.'
      from pg_proc p
     cross join lateral (select p.proname !~ '^(_|py_)' or p.prorettype = 'trigger'::regtype as public) r
     where p.pronamespace = 'waymark'::regnamespace and p.prokind = 'f'
       and (p.prosecdef <> r.public or r.public and not coalesce('search_path=""' = any (p.proconfig), false));
  if not found then
    return next row('functions', 'ok', 'all search paths are pinned', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_functions() is 'Examines whose rights functions run with, and their search paths.';
