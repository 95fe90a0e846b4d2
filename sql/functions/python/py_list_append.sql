-- A list and one more element at its end; only for lists no other name can reach.
create or replace function waymark.py_list_append(p_list jsonb, p_item jsonb) returns jsonb
language plpgsql stable
as $$
begin
  if jsonb_typeof(p_list) = 'object' then
    return waymark._paged_append(p_list, jsonb_build_array(p_item));
  end if;
  return p_list || jsonb_build_array(p_item);
end
$$;

comment on function waymark.py_list_append(jsonb, jsonb) is
  'A list with one more element at its end.';
