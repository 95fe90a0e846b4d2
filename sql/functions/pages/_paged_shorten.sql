-- A paged list without its last element.
create or replace function waymark._paged_shorten(p_paged jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_length int := (p_paged -> 'length')::int - 1;
  v_per int := (p_paged -> 'per')::int;
begin
  return waymark._paged_put(p_paged, v_length / v_per, waymark._page(p_paged, v_length / v_per) - (v_length % v_per))
    || jsonb_build_object('length', v_length);
end
$$;

comment on function waymark._paged_shorten(jsonb) is
  'A paged list without its last element.';
