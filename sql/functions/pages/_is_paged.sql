-- A value that is kept in pages is held by what names them (docs/internals/values.md).
create or replace function waymark._is_paged(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return coalesce(p_value ->> '$' = 'paged', false);
end
$$;

comment on function waymark._is_paged(jsonb) is
  'Whether a value is kept in pages.';
