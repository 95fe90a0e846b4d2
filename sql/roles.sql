-- The four roles. Nothing here needs a superuser: CREATEROLE is enough.
--   waymark_owner  owns everything, cannot log in; public functions run with its rights
--   waymark_client registers, starts and reads runs     waymark_worker drives runs     waymark_reader reads the views
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'waymark_owner') then
    create role waymark_owner nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'waymark_client') then
    create role waymark_client nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'waymark_worker') then
    create role waymark_worker nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'waymark_reader') then
    create role waymark_reader nologin;
  end if;
  -- From PostgreSQL 16 on, the creator of a role may grant it but is not yet allowed to become it.
  if not pg_catalog.pg_has_role(current_user, 'waymark_owner', 'member')
     or not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    grant waymark_owner to current_user;
  end if;
end
$$;

create schema if not exists waymark authorization waymark_owner;
create schema if not exists waymark_programs authorization waymark_owner;

-- The rest of the installation runs as the owner, so that everything belongs to it.
set local role waymark_owner;
