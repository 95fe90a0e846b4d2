-- Least privilege: the owner cannot log in and owns everything; others call public functions and read, and write nothing by themselves.
create or replace function waymark._examine_roles() returns setof waymark.finding
language plpgsql stable as $$
declare
  c_limit constant int := 20;
  c_grants constant text := 'Revoke it; sql/grants.sql has what is granted.';
begin
  return query
    with rights as (
      select p.oid::regprocedure::text as thing, p.proowner as owner, a.grantee, 'call' as privilege,
             p.proname !~ '^(_|py_)' and p.pronamespace = 'waymark'::regnamespace as shared
        from pg_proc p cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
       where p.pronamespace in ('waymark'::regnamespace, 'waymark_programs'::regnamespace)
      union all
      select c.oid::regclass::text, c.relowner, a.grantee, lower(a.privilege_type), a.privilege_type = 'SELECT'
        from pg_class c cross join lateral aclexplode(c.relacl) a where c.relnamespace = 'waymark'::regnamespace
      union all
      select 'schema ' || n.nspname, n.nspowner, a.grantee, lower(a.privilege_type), a.privilege_type = 'USAGE'
        from pg_namespace n cross join lateral aclexplode(n.nspacl) a where n.nspname in ('waymark', 'waymark_programs')
    )
    select 'roles', 'failure', f.detail, f.hint
      from (
        select format('%s may %s %s', coalesce(g.rolname, 'everybody'), r.privilege, r.thing) as detail, c_grants as hint
          from rights r left join pg_roles g on g.oid = r.grantee
         where r.grantee <> r.owner and (r.grantee = 0 or not r.shared)
        union all
        select format('nobody may call %s', r.thing), 'Grant it again, as sql/grants.sql does.'
          from rights r where r.privilege = 'call' and r.shared group by r.thing, r.owner having bool_and(r.grantee = r.owner)
        union all
        select format('%s is not owned by waymark_owner', o.thing), format('alter %s owner to waymark_owner', o.thing)
          from (select 'function ' || p.oid::regprocedure, p.proowner from pg_proc p where p.pronamespace = 'waymark'::regnamespace
                union all select 'table ' || c.oid::regclass, c.relowner from pg_class c
                 where c.relnamespace = 'waymark'::regnamespace and c.relkind in ('r', 'v')) o(thing, owner)
         where o.owner <> 'waymark_owner'::regrole
        union all
        select format('waymark_owner %s', case when r.rolsuper then 'is a superuser' else 'can log in' end), 'alter role waymark_owner nosuperuser nologin'
          from pg_roles r where r.rolname = 'waymark_owner' and (r.rolsuper or r.rolcanlogin)
      ) f limit c_limit;
  if not found then
    return next row('roles', 'ok', (
      select string_agg(format('%s: %s', g.rolname, coalesce(m.members, 'nobody')), '; ' order by g.rolname)
        from pg_roles g
       cross join lateral (select string_agg(u.rolname, ', ' order by u.rolname) as members
                             from pg_auth_members a join pg_roles u on u.oid = a.member where a.roleid = g.oid) m
       where g.rolname in ('waymark_owner', 'waymark_client', 'waymark_worker', 'waymark_reader')), null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_roles() is 'Examines roles and grants.';
