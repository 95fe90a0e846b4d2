-- A paged list with another element at an index that it has; the page may be shorter than the list was when it last was written.
create or replace function waymark._paged_replace(p_paged jsonb, p_index int, p_value jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_index int := p_index + case when p_index < 0 then (p_paged -> 'length')::int else 0 end;
  v_per int := (p_paged -> 'per')::int;
begin
  return waymark._paged_put(p_paged, v_index / v_per, jsonb_set(waymark._page(p_paged, v_index / v_per), array[(v_index % v_per)::text], p_value));
end
$$;

comment on function waymark._paged_replace(jsonb, int, jsonb) is
  'A paged list with another element at an index.';
